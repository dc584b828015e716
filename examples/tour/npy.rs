//! Arrays that own their bytes, and `.npy` files that become such.

use crate::Failure;
use npyz::{DType, Endianness, NpyHeader, TypeChar};
use std::fs;
use std::io::{ErrorKind, Read};
use std::path::Path;
use stridewise::{
    AnyView, AnyViewMut, Complex, ElementType, Error, Format, Layout, Order, Strided,
    to_contiguous_any,
};

/// Bytes, and where in them the items are.
pub struct Held {
    pub bytes: Vec<u8>,
    pub layout: Layout,
    pub element: ElementType,
    /// What the file said about its items.
    pub items: String,
    /// Whether the items are equal by their bits, rather than by value.
    pub by_bits: bool,
}

impl Held {
    /// The array of a file.
    pub fn read(path: &Path) -> Result<Held, Failure> {
        Held::parse(&fs::read(path)?)
    }

    /// The array of the bytes of a file.
    pub fn parse(file: &[u8]) -> Result<Held, Failure> {
        let (header, data) = header(file)?;
        let shape = header.shape().iter().map(|&extent| usize::try_from(extent));
        let shape: Vec<usize> = shape.collect::<Result<_, _>>()?;
        let (element, items, by_bits) = element(&header.dtype())?;
        let order = match header.order() {
            npyz::Order::C => Order::C,
            npyz::Order::Fortran => Order::F,
        };
        let layout = Layout::contiguous(&shape, element.itemsize(), order)?;
        let bytes = data.get(..layout.nbytes()).ok_or_else(|| {
            let (need, have) = (layout.nbytes(), data.len());
            format!("the header promises {need} bytes of items, but only {have} follow")
        })?;
        Ok(Held { bytes: bytes.to_vec(), layout, element, items, by_bits })
    }

    /// A view of all items.
    pub fn view(&self) -> Result<AnyView<'_>, Error> {
        AnyView::new(&self.bytes, self.element, self.layout.clone())
    }

    /// A mutable view of all items.
    pub fn view_mut(&mut self) -> Result<AnyViewMut<'_>, Error> {
        AnyViewMut::new(&mut self.bytes, self.element, self.layout.clone())
    }

    /// The items of a view of this array, without gaps in the given order.
    pub fn packed(&self, view: &AnyView<'_>, order: Order) -> Result<Held, Error> {
        let array = to_contiguous_any(view, order)?;
        let (layout, element) = (array.layout().clone(), array.element());
        Ok(Held { bytes: array.into_bytes(), layout, element, ..self.described() })
    }

    fn described(&self) -> Held {
        Held {
            bytes: Vec::new(),
            layout: self.layout.clone(),
            element: self.element,
            items: self.items.clone(),
            by_bits: self.by_bits,
        }
    }
}

/// Bytes of a header at most: NumPy reads no longer ones without being told.
const HEADER: u64 = 10_000;
/// Brackets in brackets at most; an array of simple items has two levels.
const DEPTH: usize = 6;

/// The header, and the bytes behind it.
fn header(file: &[u8]) -> Result<(NpyHeader, &[u8]), Failure> {
    // The crate's parser takes twice as long for each level of brackets.
    let open = |depth: usize, byte: &u8| match byte {
        b'[' | b'(' | b'{' => depth + 1,
        b']' | b')' | b'}' => depth.saturating_sub(1),
        _ => depth,
    };
    let mut levels = file.iter().take_while(|&&byte| byte != b'\n').scan(0, |depth, byte| {
        *depth = open(*depth, byte);
        Some(*depth)
    });
    if file.starts_with(b"\x93NUMPY") && levels.any(|depth| depth > DEPTH) {
        return Err("the header has too many brackets in brackets".into());
    }
    let mut rest = file.take(HEADER);
    let header = NpyHeader::from_reader(&mut rest).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => format!("no header ends within {HEADER} bytes"),
        _ => {
            let error = error.to_string();
            // A drawing of the place may follow.
            let line = error.lines().next().unwrap_or_default();
            format!("no header that can be read: {line}")
        }
    })?;
    let read = (HEADER - rest.limit()) as usize;
    Ok((header, &file[read..]))
}

/// What the items are, in the library's words and in ours.
fn element(dtype: &DType) -> Result<(ElementType, String, bool), Failure> {
    let DType::Plain(scalar) = dtype else {
        return Err(format!("items of type {} are not understood", dtype.descr()).into());
    };
    let kind = scalar.type_char();
    let size = scalar.num_bytes().filter(|size| (1..=16).contains(size));
    let (Some(size), true) = (size, "biufc".contains(kind.to_str())) else {
        return Err(format!("items of type {} are not understood", dtype.descr()).into());
    };
    let foreign = size > 1
        && match scalar.endianness() {
            Endianness::Irrelevant => false,
            given => given != Endianness::of_machine(),
        };
    let element = match (kind, size) {
        _ if foreign => None,
        (TypeChar::Bool, 1) => Some(Format::parse("?")?.into()),
        (TypeChar::Int, 1) => Some(ElementType::of::<i8>()),
        (TypeChar::Int, 2) => Some(ElementType::of::<i16>()),
        (TypeChar::Int, 4) => Some(ElementType::of::<i32>()),
        (TypeChar::Int, 8) => Some(ElementType::of::<i64>()),
        (TypeChar::Uint, 1) => Some(ElementType::of::<u8>()),
        (TypeChar::Uint, 2) => Some(ElementType::of::<u16>()),
        (TypeChar::Uint, 4) => Some(ElementType::of::<u32>()),
        (TypeChar::Uint, 8) => Some(ElementType::of::<u64>()),
        (TypeChar::Float, 2) => Some(Format::parse("e")?.into()),
        (TypeChar::Float, 4) => Some(ElementType::of::<f32>()),
        (TypeChar::Float, 8) => Some(ElementType::of::<f64>()),
        (TypeChar::Complex, 8) => Some(ElementType::of::<Complex<f32>>()),
        (TypeChar::Complex, 16) => Some(ElementType::of::<Complex<f64>>()),
        _ => None,
    };
    let items = match element {
        Some(element) => element.to_string(),
        None if foreign => {
            format!("{} in the other byte order: moved and hashed as raw bytes", dtype.descr())
        }
        None => format!("{}: moved and hashed as raw bytes", dtype.descr()),
    };
    let by_bits = matches!(kind, TypeChar::Bool | TypeChar::Float | TypeChar::Complex);
    Ok((element.unwrap_or(ElementType::bytes(size)), items, by_bits))
}
