//! Bad input, and what it gets: a typed error with the values, the
//! destination untouched, no panic.

use std::hash::Hasher;
use std::panic::{AssertUnwindSafe, catch_unwind};
use stridewise::{
    AllocError, AnyView, AnyViewMut, CopyPlan, ElementType, EqualPlan, Error, Format, FormatError,
    HashPlan, Layout, LayoutError, MismatchError, Mode, Options, Order, Slice, View, ViewMut, copy,
    copy_broadcast, copy_within, equal, first_mismatch, hash_into, to_contiguous,
    to_contiguous_any,
};

fn c(shape: &[usize], itemsize: usize) -> Layout {
    Layout::contiguous(shape, itemsize, Order::C).unwrap()
}

/// Copies into a buffer of nines, which must stay so.
fn refused(shape: &[usize], src: &View<'_, u32>, expected: MismatchError) {
    let mut data = [9u32; 64];
    let mut dst = ViewMut::new(&mut data, shape).unwrap();
    assert_eq!(copy(&mut dst, src), Err(expected.into()));
    assert_eq!(data, [9; 64]);
}

#[test]
fn ranks_that_differ() {
    let data = [1u32; 6];
    let src = View::new(&data, &[6]).unwrap();
    refused(&[2, 3], &src, MismatchError::Rank { dst: 2, src: 1 });
    refused(&[6, 1], &src, MismatchError::Rank { dst: 2, src: 1 });
    let other = View::new(&data, &[2, 3]).unwrap();
    let found = first_mismatch(&src, &other);
    assert_eq!(found, Err(MismatchError::Rank { dst: 1, src: 2 }.into()));
    assert_eq!(equal(&src, &other), Ok(false));
    assert_eq!(
        Layout::new(&[2, 3], &[1], 1, 0),
        Err(LayoutError::RankMismatch { shape: 2, strides: 1 })
    );
}

#[test]
fn ranks_above_64() {
    let error = LayoutError::RankTooLarge { ndim: 65, max: 64 };
    assert_eq!(Layout::new(&[1; 65], &[0; 65], 1, 0), Err(error.clone()));
    assert_eq!(Layout::contiguous(&[1; 65], 1, Order::F), Err(error.clone()));
    assert_eq!(View::new(&[0u8], &[1; 65]).unwrap_err(), error.clone().into());
    let most = c(&[1; 64], 1);
    assert_eq!(most.insert_axis(3), Err(error.clone()));
    assert_eq!(most.broadcast_to(&[1; 65]), Err(error.clone()));
    assert_eq!(most.split(0, &[1, 1]), Err(error));
    // 64 are fine, in every verb.
    let data = [5u8];
    let view = View::new(&data, &[1; 64]).unwrap();
    assert_eq!(to_contiguous(&view, Order::K).unwrap().as_slice(), [5]);
    assert_eq!(first_mismatch(&view, &view), Ok(None));
}

#[test]
fn shapes_and_itemsizes_that_differ() {
    let data = [1u32; 6];
    let src = View::new(&data, &[2, 3]).unwrap();
    let shapes = MismatchError::Shape { dst: vec![3, 2], src: vec![2, 3] };
    refused(&[3, 2], &src, shapes);
    // Broadcasting needs to be asked for.
    let row = View::new(&data, &[1, 3]).unwrap();
    refused(&[2, 3], &row, MismatchError::Shape { dst: vec![2, 3], src: vec![1, 3] });
    let sizes = MismatchError::Itemsize { dst: 4, src: 2 };
    assert_eq!(CopyPlan::new(&c(&[3], 4), &c(&[3], 2)), Err(sizes.clone().into()));
    let mut bytes = [7u8; 12];
    assert_eq!(copy_within(&mut bytes, &c(&[3], 4), &c(&[3], 2)), Err(sizes.into()));
    assert_eq!(bytes, [7; 12]);
    // A layout that is not of its type.
    let wrong = LayoutError::ItemsizeMismatch { layout: 2, element: 4 };
    let format = Format::parse("f").unwrap();
    assert_eq!(AnyView::new(&bytes, &format, c(&[3], 2)).unwrap_err(), wrong.clone().into());
    assert_eq!(View::with_layout(&data, c(&[3], 2)).unwrap_err(), wrong.clone().into());
    let plan =
        EqualPlan::with(&c(&[3], 2), &c(&[3], 2), format.into(), Mode::Values, Options::default());
    assert_eq!(plan, Err(wrong.into()));
}

#[test]
fn types_that_differ() {
    let (ints, floats) = ([1u32; 4], [1f32; 4]);
    let (a, b) = (View::new(&ints, &[4]).unwrap(), View::new(&floats, &[4]).unwrap());
    let (dst, src) = (ElementType::of::<u32>(), ElementType::of::<f32>());
    let error = Error::from(MismatchError::Type { dst, src });
    assert_eq!(equal(&a, &b), Err(error.clone()));
    assert_eq!(first_mismatch(&a, &b), Err(error.clone()));
    let mut data = [9u32; 4];
    let mut view = ViewMut::new(&mut data, &[4]).unwrap();
    assert_eq!(copy(&mut view, &b), Err(error.clone()));
    assert_eq!(copy_broadcast(&mut view, &b), Err(error));
    assert_eq!(data, [9; 4]);
    // Bytes are no witness of a valid `bool`.
    let mut flags = [true; 2];
    let bytes = [3u8, 0];
    let erased = AnyView::new(&bytes, Format::parse("?").unwrap(), c(&[2], 1)).unwrap();
    let mut typed = ViewMut::new(&mut flags, &[2]).unwrap();
    assert!(matches!(copy(&mut typed, &erased), Err(Error::Mismatch(MismatchError::Type { .. }))));
    assert_eq!(flags, [true; 2]);
}

#[test]
fn extents_that_overflow() {
    let half = 1usize << (usize::BITS / 2);
    for shape in
        [vec![half, half], vec![usize::MAX], vec![half, half, half], vec![isize::MAX as usize, 2]]
    {
        let error = LayoutError::ExtentOverflow { shape: shape.clone(), itemsize: 1 };
        let strides = vec![0; shape.len()];
        assert_eq!(Layout::new(&shape, &strides, 1, 0), Err(error.clone()));
        assert_eq!(Layout::contiguous(&shape, 1, Order::C), Err(error.clone()));
        assert_eq!(c(&[], 1).broadcast_to(&shape), Err(error.clone()));
        assert_eq!(View::new(&[0u8; 8], &shape).unwrap_err(), error.into());
    }
    let error = LayoutError::ExtentOverflow { shape: vec![half], itemsize: half };
    assert_eq!(Layout::contiguous(&[half], half, Order::C), Err(error));
    // With nothing in it, nothing overflows.
    assert!(Layout::contiguous(&[half, 0, half], half, Order::C).is_ok());
    let far = Layout::new(&[3], &[isize::MAX], 1, 0);
    let (shape, strides) = (vec![3], vec![isize::MAX]);
    assert_eq!(far, Err(LayoutError::SpanOverflow { shape, strides, offset: 0 }));
}

#[test]
fn spans_outside() {
    let data = [0u32; 6];
    let error = |start, end| Error::from(LayoutError::SpanOutside { start, end, len: 24 });
    assert_eq!(View::new(&data, &[7]).unwrap_err(), error(0, 28));
    assert_eq!(View::with_strides(&data, &[2], &[6], 0).unwrap_err(), error(0, 28));
    assert_eq!(View::with_strides(&data, &[3], &[-1], 1).unwrap_err(), error(-4, 8));
    assert_eq!(View::with_strides(&data, &[1], &[1], 6).unwrap_err(), error(24, 28));
    assert_eq!(View::with_strides(&data, &[], &[], 6).unwrap_err(), error(24, 28));
    let mut bytes = [3u8; 24];
    let (inside, outside) = (c(&[2], 4), Layout::new(&[2], &[24], 4, 0).unwrap());
    assert_eq!(copy_within(&mut bytes, &outside, &inside), Err(error(0, 28)));
    assert_eq!(copy_within(&mut bytes, &inside, &outside), Err(error(0, 28)));
    assert_eq!(bytes, [3; 24]);
    let new = AnyViewMut::new(&mut bytes, ElementType::bytes(4), outside);
    assert_eq!(new.unwrap_err(), error(0, 28));
    let slice = View::with_strides(&data, &[2], &[isize::MAX], 0);
    assert!(matches!(slice, Err(Error::Layout(LayoutError::SpanOverflow { .. }))));
}

#[test]
fn writable_views_that_overlap_themselves() {
    let mut data = [0u8; 16];
    let cases: [(&[usize], &[isize], usize); 5] = [
        (&[2, 3], &[0, 1], 1),
        (&[3, 3], &[1, 1], 1),
        (&[4], &[2], 3),
        (&[3, 4], &[3, 1], 1),
        (&[2, 2, 2], &[4, 2, -2], 1),
    ];
    for (shape, strides, itemsize) in cases {
        let layout = Layout::new(shape, strides, itemsize, 4).unwrap();
        let error = Error::from(LayoutError::SelfOverlap {
            shape: shape.to_vec(),
            strides: strides.to_vec(),
            itemsize,
        });
        let element = ElementType::bytes(itemsize);
        let view = AnyViewMut::new(&mut data, element, layout.clone());
        assert_eq!(view.unwrap_err(), error);
        let src = c(shape, itemsize);
        assert_eq!(CopyPlan::new(&layout, &src), Err(error.clone()));
        let mut wide = [1u8; 64];
        assert_eq!(copy_within(&mut wide, &layout, &src), Err(error));
        assert_eq!(wide, [1; 64]);
        // To read they are fine.
        assert!(AnyView::new(&data, element, layout).is_ok());
    }
    assert!(ViewMut::with_strides(&mut data, &[3, 4], &[3, 1], 0).is_err());
    assert!(ViewMut::with_strides(&mut data, &[3, 4], &[4, 1], 0).is_ok());
    assert!(ViewMut::with_strides(&mut data, &[1, 0], &[0, 0], 0).is_ok());
}

#[test]
fn slices_axes_and_permutations() {
    let layout = c(&[2, 3], 1);
    let still = Slice { start: None, stop: None, step: 0 };
    assert_eq!(layout.slice(1, still), Err(LayoutError::StepZero { axis: 1 }));
    let outside = LayoutError::AxisOutside { axis: 2, ndim: 2 };
    assert_eq!(layout.slice(2, ..), Err(outside.clone()));
    assert_eq!(layout.slice(2, still), Err(outside.clone()));
    assert_eq!(layout.index(2, 0), Err(outside.clone()));
    assert_eq!(layout.reverse(2), Err(outside.clone()));
    assert_eq!(layout.split(2, &[1]), Err(outside));
    let far = LayoutError::AxisOutside { axis: usize::MAX, ndim: 2 };
    assert_eq!(layout.reverse(usize::MAX), Err(far));
    assert_eq!(layout.insert_axis(3), Err(LayoutError::AxisOutside { axis: 3, ndim: 2 }));
    for index in [2, -3, isize::MAX, isize::MIN] {
        let error = LayoutError::IndexOutside { axis: 0, index, extent: 2 };
        assert_eq!(layout.index(0, index), Err(error));
    }
    for axes in [&[0][..], &[0, 0], &[1, 2], &[0, 1, 2], &[usize::MAX, 0], &[64, 65]] {
        let error = LayoutError::NotAPermutation { axes: axes.to_vec(), ndim: 2 };
        assert_eq!(layout.permute(axes), Err(error.clone()));
        let data = [0u8; 6];
        assert_eq!(View::new(&data, &[2, 3]).unwrap().permute(axes).unwrap_err(), error);
    }
    for to in [&[3, 3][..], &[3], &[], &[2, 4]] {
        let error = LayoutError::CannotBroadcast { from: vec![2, 3], to: to.to_vec() };
        assert_eq!(layout.broadcast_to(to), Err(error.clone()));
        let (data, mut out) = ([1u8; 6], [9u8; 12]);
        let mut dst = ViewMut::new(&mut out, to).unwrap();
        let src = View::new(&data, &[2, 3]).unwrap();
        assert_eq!(copy_broadcast(&mut dst, &src), Err(error.into()));
        assert_eq!(out, [9; 12]);
    }
}

#[test]
fn formats_that_are_not_understood() {
    for (text, at) in [("z", 0), ("<P", 1), ("Z", 0), ("é", 0), ("T{", 2), ("2", 1), ("i:a", 3)] {
        let error = FormatError::Unknown { format: text.to_owned(), at };
        assert_eq!(Format::parse(text), Err(error), "{text:?}");
    }
}

#[test]
fn typed_views_that_are_misaligned() {
    let mut data = [0u32; 8];
    let start = data.as_ptr().addr();
    for (strides, offset, address) in [([4], 2, 2), ([6], 0, 6), ([-5], 20, 15)] {
        let layout = Layout::new(&[3], &strides, 4, offset).unwrap();
        let error = Error::from(LayoutError::Misaligned { address: start + address, align: 4 });
        assert_eq!(View::with_layout(&data, layout.clone()).unwrap_err(), error);
        assert_eq!(ViewMut::with_layout(&mut data, layout).unwrap_err(), error);
    }
    // The stride of a unit axis is never looked at, nor anything of none.
    let unit = Layout::new(&[1], &[3], 4, 4).unwrap();
    assert!(View::with_layout(&data, unit).is_ok());
    assert!(View::with_layout(&data, Layout::new(&[0], &[3], 4, 1).unwrap()).is_ok());
}

#[test]
#[cfg_attr(target_pointer_width = "32", ignore = "there, all that a layout can name may be had")]
fn allocations_that_fail() {
    let bytes = isize::MAX as usize - 7;
    let data = [7u8];
    let view = View::new(&data, &[1]).unwrap().broadcast_to(&[bytes]).unwrap();
    let error = Error::from(AllocError { bytes });
    for order in [Order::C, Order::F, Order::A, Order::K] {
        assert_eq!(to_contiguous(&view, order).unwrap_err(), error);
        assert_eq!(to_contiguous_any(&view, order).unwrap_err(), error);
    }
    let wide = View::new(&[1u64], &[1, 1]).unwrap().broadcast_to(&[3, bytes / 32]).unwrap();
    let error = Error::from(AllocError { bytes: bytes / 32 * 24 });
    assert_eq!(to_contiguous(&wide, Order::F).unwrap_err(), error);
    // What needs no memory is not harmed by the size.
    assert!(!equal(&view, &View::new(&data, &[1]).unwrap()).unwrap());
}

#[test]
fn plans_for_other_layouts() {
    let (rows, columns) = (c(&[2, 3], 1), Layout::contiguous(&[2, 3], 1, Order::F).unwrap());
    let data = [1u8; 6];
    let mut out = [9u8; 6];
    let element = ElementType::of::<u8>();
    let view = |layout: &Layout| AnyView::new(&data, element, layout.clone()).unwrap();
    let planned = |planned: &Layout, given: &Layout| MismatchError::Planned {
        planned: planned.clone().into(),
        given: given.clone().into(),
    };
    let plan = CopyPlan::new(&rows, &columns).unwrap();
    let mut dst = AnyViewMut::new(&mut out, element, rows.clone()).unwrap();
    let error = planned(&columns, &rows);
    assert_eq!(plan.run(&mut dst, &view(&rows)), Err(error.clone()));
    let mut turned = [9u8; 6];
    let mut other = AnyViewMut::new(&mut turned, element, columns.clone()).unwrap();
    assert_eq!(plan.run(&mut other, &view(&columns)), Err(planned(&rows, &columns)));
    let options = Options::default();
    let same = EqualPlan::with(&columns, &rows, element, Mode::Values, options).unwrap();
    assert_eq!(same.run(&view(&rows), &view(&rows)), Err(error.clone()));
    assert_eq!(same.first_mismatch(&view(&rows), &view(&rows)), Err(error.clone()));
    let ints = [1i8; 6];
    let typed = View::new(&ints, &[2, 3]).unwrap();
    let types = MismatchError::Type { dst: element, src: ElementType::of::<i8>() };
    assert_eq!(same.run(&view(&columns), &typed), Err(types));
    let hash = HashPlan::new(&columns).unwrap();
    assert_eq!(hash.xxh3_64(&view(&rows)), Err(error.clone()));
    assert_eq!(hash.xxh3_128(&view(&rows)), Err(error.clone()));
    let mut hasher = std::hash::DefaultHasher::new();
    assert_eq!(hash.hash_into(&view(&rows), &mut hasher), Err(error));
    assert_eq!(hasher.finish(), std::hash::DefaultHasher::new().finish());
    assert_eq!((out, turned), ([9; 6], [9; 6]));
}

/// Panics at the second block.
struct Panicking(u32);

impl Hasher for Panicking {
    fn write(&mut self, _: &[u8]) {
        self.0 += 1;
        assert!(self.0 < 2, "enough");
    }
    fn finish(&self) -> u64 {
        0
    }
}

#[test]
fn panics_reach_the_caller() {
    let data = vec![1u8; 3 << 20];
    let turned = || View::new(&data, &[3, 1 << 20]).unwrap().transpose();
    let hash = || hash_into(&turned(), &mut Panicking(0));
    let text = |caught: Box<dyn std::any::Any + Send>| *caught.downcast::<&str>().unwrap();
    assert_eq!(text(catch_unwind(AssertUnwindSafe(hash)).unwrap_err()), "enough");
    let pool = crate::support::pool();
    let inside = catch_unwind(AssertUnwindSafe(|| pool.install(hash)));
    assert_eq!(text(inside.unwrap_err()), "enough");
    // The pool lives on, and so do the verbs in it.
    pool.install(|| {
        let copy = to_contiguous(&turned(), Order::C).unwrap();
        assert!(equal(&turned(), &copy).unwrap());
    });
}

#[test]
fn errors_are_one_lower_case_line() {
    let error = copy_within(&mut [0u8; 4], &c(&[2], 1), &c(&[3], 1)).unwrap_err();
    assert_eq!(error.to_string(), "shape [2] does not match shape [3]");
    let boxed: Box<dyn std::error::Error + Send + Sync> = Box::new(error);
    assert!(!boxed.to_string().contains('\n'));
}
