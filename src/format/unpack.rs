//! From bytes to values.

use super::{Format, Item, Kind, Scalar, Struct, Value, float};
use crate::element::Complex;
use crate::error::FormatError;
use alloc::string::ToString;
use alloc::vec::Vec;

impl Format {
    /// Reads an item, as Python's `struct.unpack` does.
    ///
    /// A string of one item gives its value, one of several a
    /// [`Value::Tuple`] of them; a struct always gives a tuple, a sub-array
    /// nested [`Value::List`]s.
    ///
    /// # Errors
    ///
    /// [`FormatError::Length`] unless there are
    /// [`itemsize`](Format::itemsize) bytes.
    ///
    /// ```
    /// use stridewise::{Format, Value};
    ///
    /// assert_eq!(Format::parse(">h")?.unpack(&[1, 2])?, Value::from(258));
    /// let pair = Format::parse("<Bx3s")?;
    /// assert_eq!(pair.unpack(b"\x07?abc")?, Value::Tuple(vec![7.into(), b"abc".into()]));
    /// let error = pair.unpack(b"\x07").unwrap_err();
    /// assert_eq!(error.to_string(), "format \"<Bx3s\" takes 5 bytes, not 1");
    /// # Ok::<(), stridewise::FormatError>(())
    /// ```
    pub fn unpack(&self, bytes: &[u8]) -> Result<Value, FormatError> {
        self.check_length(bytes.len())?;
        Ok(self.read(bytes))
    }

    /// Err unless an item has so many bytes.
    pub(super) fn check_length(&self, given: usize) -> Result<(), FormatError> {
        let expected = self.itemsize();
        if given == expected {
            return Ok(());
        }
        Err(FormatError::Length { format: self.to_string(), expected, given })
    }

    /// An item of just these bytes.
    fn read(&self, bytes: &[u8]) -> Value {
        match &self.item {
            Item::Scalar(scalar) => scalar.read(bytes),
            Item::Bytes(_) => Value::Bytes(bytes.to_vec()),
            Item::Pascal(_) => {
                let (len, text) = bytes.split_first().unwrap_or((&0, &[]));
                Value::from(&text[..text.len().min(usize::from(*len))])
            }
            Item::Void(_) | Item::Pointer(_) => Value::Opaque(bytes.to_vec()),
            Item::Array(array) => list(&array.shape, &array.item, bytes),
            Item::Struct(fields) => fields.read(bytes),
        }
    }
}

/// The items along the first axis.
fn list(shape: &[usize], item: &Format, bytes: &[u8]) -> Value {
    let [extent, inner @ ..] = shape else { return item.read(bytes) };
    let size = bytes.len().checked_div(*extent).unwrap_or(0);
    Value::List((0..*extent).map(|i| list(inner, item, &bytes[i * size..][..size])).collect())
}

impl Struct {
    /// The number of values.
    pub(crate) fn values(&self) -> usize {
        let fields = self.fields.iter().filter(|field| !field.is_padding());
        fields.map(|field| field.count).sum()
    }

    /// Whether the values make a tuple, rather than one that is by itself.
    pub(crate) fn is_tuple(&self) -> bool {
        self.braced || self.values() != 1
    }

    fn read(&self, bytes: &[u8]) -> Value {
        let fields = self.fields.iter().filter(|field| !field.is_padding());
        let mut values = fields.flat_map(|field| {
            let size = field.format.itemsize();
            (0..field.count)
                .map(move |i| field.format.read(&bytes[field.offset + i * size..][..size]))
        });
        match if self.is_tuple() { None } else { values.next() } {
            Some(value) => value,
            None => {
                let mut tuple = Vec::with_capacity(self.values());
                tuple.extend(values);
                Value::Tuple(tuple)
            }
        }
    }
}

/// Up to eight bytes as an unsigned integer.
fn uint(bytes: &[u8], swapped: bool) -> u64 {
    let mut whole = [0; 8];
    let big = swapped == cfg!(target_endian = "little");
    for (at, &byte) in bytes.iter().take(8).enumerate() {
        whole[if big { bytes.len() - 1 - at } else { at }] = byte;
    }
    u64::from_le_bytes(whole)
}

/// A float of these bytes.
fn float(bytes: &[u8], swapped: bool) -> f64 {
    let bits = uint(bytes, swapped);
    match bytes.len() {
        2 => float::of_single(float::of_half(bits as u16)),
        4 => float::of_single(f32::from_bits(bits as u32)),
        _ => f64::from_bits(bits),
    }
}

impl Scalar {
    fn read(self, bytes: &[u8]) -> Value {
        let swapped = self.is_swapped();
        match self.kind() {
            Kind::Bool => Value::Bool(bytes != [0]),
            Kind::Char => Value::Bytes(bytes.to_vec()),
            Kind::Int => {
                let unused = 64 - 8 * bytes.len() as u32;
                Value::Int(((uint(bytes, swapped) << unused).cast_signed() >> unused).into())
            }
            Kind::Uint | Kind::Pointer => Value::Int(uint(bytes, swapped).into()),
            Kind::Float => Value::Float(float(bytes, swapped)),
            Kind::Complex => {
                let [re, im] = [&bytes[..bytes.len() / 2], &bytes[bytes.len() / 2..]];
                Value::Complex(Complex { re: float(re, swapped), im: float(im, swapped) })
            }
            Kind::Opaque => Value::Opaque(bytes.to_vec()),
        }
    }
}
