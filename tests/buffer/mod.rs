//! The buffer protocol: what CPython's `test_buffer` and `test_memoryview`
//! show of it, shown here. `docs/conformance.md` says which is where.

mod assign;
mod cast;
mod compare;
mod conformance;
mod construct;
mod contiguous;
mod errors;
mod exceptions;
mod formats;
mod getbuf;
mod hash;
mod index;
mod memoryview;
mod random;
mod release;
mod slice;
mod threads;
mod values;

use crate::support::items::{at, flatten, indices};
use std::sync::Arc;
use stridewise::buffer::testing::{
    NdArray, NdFlags, NdInit, cmp_contig, get_contiguous, get_pointer, is_contiguous,
};
use stridewise::buffer::{Access, Exporter, MemoryView, Request};
use stridewise::{BufferError, Format, Order, Slice, Value};

/// Layouts with and without pointers.
const STYLES: [NdFlags; 2] = [NdFlags::DEFAULT, NdFlags::PIL];

/// An array of items.
#[track_caller]
fn array(items: &[Value], init: NdInit<'_>) -> Arc<NdArray> {
    match NdArray::new(items, init) {
        Ok(array) => Arc::new(array),
        Err(error) => panic!("{error}: {} items, {init:?}", items.len()),
    }
}

/// An array of items in C order, of a format.
#[track_caller]
fn nd(items: &[Value], shape: &[usize], format: &str, flags: NdFlags) -> Arc<NdArray> {
    array(items, NdInit { shape, format, flags, ..NdInit::default() })
}

/// A consumer of another exporter.
fn consumer(
    exporter: &Arc<impl Exporter + 'static>,
    request: Request,
) -> Result<Arc<NdArray>, BufferError> {
    NdArray::from_exporter(exporter.clone(), request).map(Arc::new)
}

/// A view of an exporter.
#[track_caller]
fn view(exporter: &Arc<impl Exporter + 'static>) -> Arc<MemoryView> {
    Arc::new(MemoryView::from_exporter(exporter.clone()).expect("a full exporter"))
}

/// `==`, also of a view and itself.
fn same(a: &MemoryView, b: &MemoryView) -> bool {
    a == b
}

/// An exporter, whatever its type.
fn exporter(exporter: &Arc<impl Exporter + 'static>) -> Option<Arc<dyn Exporter>> {
    Some(exporter.clone())
}

/// The slice `start:stop:step`.
fn cut(start: isize, stop: isize, step: isize) -> Slice {
    Slice::new(Some(start), Some(stop), step)
}

/// All of an axis at a step.
fn by(step: isize) -> Slice {
    Slice::new(None, None, step)
}

/// What is looked at: both kinds say the same of themselves.
#[derive(Clone)]
enum Subject {
    Array(Arc<NdArray>),
    View(Arc<MemoryView>),
}

impl From<&Arc<NdArray>> for Subject {
    fn from(array: &Arc<NdArray>) -> Subject {
        Subject::Array(array.clone())
    }
}

impl From<&Arc<MemoryView>> for Subject {
    fn from(view: &Arc<MemoryView>) -> Subject {
        Subject::View(view.clone())
    }
}

/// Calls a method of either kind, which views fail in if they are released.
macro_rules! either {
    ($subject:expr, $name:ident) => {
        match $subject {
            Subject::Array(array) => array.$name(),
            Subject::View(view) => view.$name().unwrap().into(),
        }
    };
}

impl Subject {
    fn exporter(&self) -> Arc<dyn Exporter> {
        match self {
            Subject::Array(array) => array.clone(),
            Subject::View(view) => view.clone(),
        }
    }

    fn obj(&self) -> Option<Arc<dyn Exporter>> {
        either!(self, obj)
    }

    fn nbytes(&self) -> usize {
        either!(self, nbytes)
    }

    fn readonly(&self) -> bool {
        either!(self, readonly)
    }

    fn itemsize(&self) -> usize {
        either!(self, itemsize)
    }

    fn format(&self) -> String {
        match self {
            Subject::Array(array) => array.format(),
            Subject::View(view) => view.format().unwrap().to_string(),
        }
    }

    fn ndim(&self) -> usize {
        either!(self, ndim)
    }

    fn shape(&self) -> Vec<usize> {
        either!(self, shape)
    }

    fn strides(&self) -> Vec<isize> {
        either!(self, strides)
    }

    fn suboffsets(&self) -> Vec<isize> {
        either!(self, suboffsets)
    }

    fn contiguous(&self) -> [bool; 3] {
        [either!(self, c_contiguous), either!(self, f_contiguous), either!(self, contiguous)]
    }

    fn tolist(&self) -> Value {
        match self {
            Subject::Array(array) => array.tolist().unwrap(),
            Subject::View(view) => view.tolist().unwrap(),
        }
    }

    fn tobytes(&self) -> Vec<u8> {
        match self {
            Subject::Array(array) => array.tobytes().unwrap(),
            Subject::View(view) => view.tobytes(Order::C).unwrap(),
        }
    }
}

/// What is expected of an array or a view.
struct Expected<'a> {
    /// Where the memory is from.
    obj: Option<Arc<dyn Exporter>>,
    itemsize: usize,
    /// Empty if it has been left out.
    format: &'a str,
    readonly: bool,
    ndim: usize,
    /// Empty if it has been left out.
    shape: &'a [usize],
    strides: &'a [isize],
    list: &'a Value,
    /// Slices keep the pointers of what they are from.
    sliced: bool,
}

/// Holds a subject to all that is expected, item by item, as bytes, as
/// contiguous copies, and as a view of it.
#[track_caller]
fn verify(subject: impl Into<Subject>, expected: &Expected<'_>) {
    let subject = subject.into();
    let Expected { itemsize, format, readonly, ndim, shape, list, sliced, .. } = *expected;
    let nbytes = match (shape, format) {
        ([], "") => bytes_of(list).len(),
        _ => shape.iter().product::<usize>() * itemsize,
    };
    let (strides, suboffsets) = with_pointers(&subject, expected);
    match (subject.obj(), &expected.obj) {
        (None, None) => {}
        (Some(a), Some(b)) => assert!(std::ptr::addr_eq(Arc::as_ptr(&a), Arc::as_ptr(b))),
        (found, _) => panic!("{} exporter", if found.is_some() { "an" } else { "no" }),
    }
    assert_eq!(subject.nbytes(), nbytes);
    assert_eq!(subject.itemsize(), itemsize);
    assert_eq!(subject.format(), canonical(format));
    assert_eq!(subject.readonly(), readonly);
    assert_eq!((subject.ndim(), subject.shape()), (ndim, shape.to_vec()));
    if !sliced || suboffsets.is_empty() {
        assert_eq!(subject.strides(), strides);
    }
    assert_eq!(subject.suboffsets(), suboffsets);
    if format.is_empty() {
        assert_eq!(subject.tobytes(), bytes_of(list));
        return;
    }
    assert_eq!(subject.tolist(), *list);
    let format = Format::parse(format).unwrap();
    let mut bytes = Vec::new();
    for index in indices(shape) {
        let signed: Vec<isize> = index.iter().map(|&i| i as isize).collect();
        match get_pointer(subject.exporter(), &signed) {
            Ok(item) => assert_eq!(item, *at(list, &index)),
            // Told too little to be a full exporter.
            Err(BufferError::Incomplete { .. }) => return,
            Err(error) => panic!("{error}"),
        }
        let mut item = vec![0; itemsize];
        format.pack(at(list, &index), &mut item).unwrap();
        bytes.extend(item);
    }
    if MemoryView::from_exporter(subject.exporter()).is_err() {
        return;
    }
    assert_eq!(subject.tobytes(), bytes);
    verify_copies(&subject, expected, &bytes);
    let viewed = MemoryView::from_exporter(subject.exporter()).unwrap();
    assert_eq!(viewed.nbytes().unwrap(), nbytes);
    assert_eq!(viewed.itemsize().unwrap(), itemsize);
    assert_eq!(viewed.format().unwrap(), &format);
    assert_eq!(viewed.readonly().unwrap(), readonly);
    assert_eq!(viewed.shape().unwrap(), shape);
    assert_eq!(viewed.suboffsets().unwrap(), suboffsets);
    assert_eq!(viewed.tolist().unwrap(), *list);
    assert!(viewed.equal_exporter(subject.exporter()).unwrap());
}

/// Contiguous copies, against arrays that are made so.
#[track_caller]
fn verify_copies(subject: &Subject, expected: &Expected<'_>, bytes: &[u8]) {
    let Expected { format, shape, list, ndim, .. } = *expected;
    let is = |order| is_contiguous(subject.exporter(), order).unwrap();
    assert_eq!(subject.contiguous(), [is(Order::C), is(Order::F), is(Order::A)]);
    let items = flatten(list, ndim);
    for order in [Order::C, Order::F, Order::A] {
        let contiguous = Arc::new(get_contiguous(subject.exporter(), Access::Read, order).unwrap());
        assert_eq!(contiguous.tobytes(Order::C).unwrap(), bytes);
        assert!(contiguous.layout().unwrap().is_contiguous(order));
        if items.is_empty() {
            continue;
        }
        let fortran = order == Order::F || order == Order::A && is(Order::F) && !is(Order::C);
        let made = if fortran {
            let axes: Vec<usize> = shape.iter().rev().copied().collect();
            let item = |mut index: Vec<usize>| {
                index.reverse();
                at(list, &index).clone()
            };
            let turned: Vec<Value> = indices(&axes).into_iter().map(item).collect();
            nd(&turned, shape, format, NdFlags::FORTRAN)
        } else {
            nd(&items, shape, format, NdFlags::DEFAULT)
        };
        assert!(cmp_contig(contiguous, made).unwrap(), "{order:?}");
    }
}

/// The strides and suboffsets of a subject that has pointers along its first
/// axis; the expected ones, and none, of others.
fn with_pointers(subject: &Subject, expected: &Expected<'_>) -> (Vec<isize>, Vec<isize>) {
    let Expected { shape, strides, .. } = *expected;
    if subject.suboffsets().is_empty() {
        return (strides.to_vec(), vec![]);
    }
    let inside = shape.iter().zip(strides).skip(1).take_while(|&(&extent, _)| extent > 0);
    let first = inside.map(|(&extent, &stride)| (-stride).max(0) * (extent as isize - 1)).sum();
    let mut suboffsets = vec![-1; shape.len()];
    suboffsets[0] = first;
    let pointer = size_of::<usize>() as isize;
    let mut strides = strides.to_vec();
    strides[0] = if strides[0] < 0 { -pointer } else { pointer };
    (strides, suboffsets)
}

/// A format as it is told: without `@`.
fn canonical(format: &str) -> String {
    if format.is_empty() { String::new() } else { Format::parse(format).unwrap().to_string() }
}

/// A list of bytes.
fn bytes_of(list: &Value) -> Vec<u8> {
    let byte = |value: &Value| match value {
        Value::Int(byte) => *byte as u8,
        other => panic!("{other} is no byte"),
    };
    match list {
        Value::List(items) => items.iter().map(byte).collect(),
        one => vec![byte(one)],
    }
}

/// The strides of an array of this shape.
fn strides(shape: &[usize], itemsize: usize, order: Order) -> Vec<isize> {
    stridewise::Layout::contiguous(shape, itemsize, order).unwrap().strides().to_vec()
}
