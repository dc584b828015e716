//! From values to bytes.

use super::{Format, Item, Kind, Mode, Scalar, Struct, Value, float};
use crate::element::Complex;
use crate::error::FormatError;
use alloc::string::{String, ToString};
use core::fmt::{self, Write};

impl Format {
    /// Writes an item, as Python's `struct.pack` does; padding becomes 0.
    ///
    /// Takes what [`unpack`](Format::unpack) gives. Integers take integers in
    /// their range and truths; floats take all real numbers and round them,
    /// complex numbers take all numbers; `?` takes any value, by its truth.
    /// Bytes for `s` and `p` are cut, or filled up with 0; lists and tuples
    /// take each other's place. As in C, a native `f` rounds to infinity,
    /// which is an error in the other modes and for `e`.
    ///
    /// # Errors
    ///
    /// [`FormatError::Length`] unless there is room for just
    /// [`itemsize`](Format::itemsize) bytes; [`FormatError::Type`],
    /// [`FormatError::Range`], and [`FormatError::Count`] for a value that
    /// the format does not take. Nothing is written then.
    ///
    /// ```
    /// use stridewise::{Format, Value};
    ///
    /// let mut bytes = [9; 5];
    /// let format = Format::parse("<Bx3s")?;
    /// format.pack(&Value::Tuple(vec![7.into(), b"ab".into()]), &mut bytes)?;
    /// assert_eq!(&bytes, b"\x07\0ab\0");
    ///
    /// let error = format.pack(&Value::Tuple(vec![256.into(), b"ab".into()]), &mut bytes);
    /// assert_eq!(error.unwrap_err().to_string(), "256 is out of range for format \"<B\"");
    /// assert_eq!(&bytes, b"\x07\0ab\0");
    /// # Ok::<(), stridewise::FormatError>(())
    /// ```
    pub fn pack(&self, value: &Value, bytes: &mut [u8]) -> Result<(), FormatError> {
        self.check_length(bytes.len())?;
        if let Item::Scalar(scalar) = self.item {
            let (packed, len) = scalar.pack(value)?;
            bytes.copy_from_slice(&packed[..len]);
            return Ok(());
        }
        self.put(value, None)?;
        bytes.fill(0);
        self.put(value, Some(bytes))
    }

    /// Writes into zeros, or, without bytes, tells whether that would fail.
    fn put(&self, value: &Value, bytes: Option<&mut [u8]>) -> Result<(), FormatError> {
        match &self.item {
            Item::Scalar(scalar) => {
                let (packed, len) = scalar.pack(value)?;
                if let Some(bytes) = bytes {
                    bytes.copy_from_slice(&packed[..len]);
                }
            }
            Item::Bytes(_) => {
                let Value::Bytes(given) = value else { return self.wrong("bytes", value) };
                if let Some(bytes) = bytes {
                    cut(given, bytes);
                }
            }
            Item::Pascal(_) => {
                let Value::Bytes(given) = value else { return self.wrong("bytes", value) };
                if let Some((len, bytes)) = bytes.and_then(|bytes| bytes.split_first_mut()) {
                    *len = cut(given, bytes).min(255) as u8;
                }
            }
            Item::Void(_) | Item::Pointer(_) => return self.put_opaque(value, bytes),
            Item::Array(array) => return self.put_list(&array.shape, &array.item, value, bytes),
            Item::Struct(fields) => return self.put_fields(fields, value, bytes),
        }
        Ok(())
    }

    fn put_opaque(&self, value: &Value, bytes: Option<&mut [u8]>) -> Result<(), FormatError> {
        let Value::Opaque(given) = value else { return self.wrong("opaque bytes", value) };
        self.check_length(given.len())?;
        if let Some(bytes) = bytes {
            bytes.copy_from_slice(given);
        }
        Ok(())
    }

    /// The items along the first axis.
    fn put_list(
        &self,
        shape: &[usize],
        item: &Format,
        value: &Value,
        mut bytes: Option<&mut [u8]>,
    ) -> Result<(), FormatError> {
        let [extent, inner @ ..] = shape else { return item.put(value, bytes) };
        let values = self.several(*extent, value)?;
        let size = inner.iter().product::<usize>() * item.itemsize();
        for (i, value) in values.iter().enumerate() {
            let bytes = bytes.as_deref_mut().map(|bytes| &mut bytes[i * size..][..size]);
            self.put_list(inner, item, value, bytes)?;
        }
        Ok(())
    }

    fn put_fields(
        &self,
        fields: &Struct,
        value: &Value,
        mut bytes: Option<&mut [u8]>,
    ) -> Result<(), FormatError> {
        let values = if fields.is_tuple() {
            self.several(fields.values(), value)?
        } else {
            core::slice::from_ref(value)
        };
        let mut values = values.iter();
        for field in fields.fields.iter().filter(|field| !field.is_padding()) {
            let size = field.format.itemsize();
            for (i, value) in values.by_ref().take(field.count).enumerate() {
                let at = field.offset + i * size;
                let bytes = bytes.as_deref_mut().map(|bytes| &mut bytes[at..][..size]);
                field.format.put(value, bytes)?;
            }
        }
        Ok(())
    }

    /// The values of a tuple or of a list, which are so many.
    fn several<'v>(&self, expected: usize, value: &'v Value) -> Result<&'v [Value], FormatError> {
        let (Value::Tuple(values) | Value::List(values)) = value else {
            return self.wrong("a tuple or a list", value);
        };
        if values.len() == expected {
            return Ok(values);
        }
        Err(FormatError::Count { format: self.to_string(), expected, given: values.len() })
    }

    #[cold]
    fn wrong<T>(&self, expected: &'static str, value: &Value) -> Result<T, FormatError> {
        Err(FormatError::Type { format: self.to_string(), expected, value: in_short(value) })
    }
}

/// Copies as many bytes as there is room for, and tells how many.
fn cut(given: &[u8], bytes: &mut [u8]) -> usize {
    let len = given.len().min(bytes.len());
    bytes[..len].copy_from_slice(&given[..len]);
    len
}

/// A scalar's bytes, and how many they are.
type Packed = ([u8; 32], usize);

impl Scalar {
    fn pack(self, value: &Value) -> Result<Packed, FormatError> {
        let mut packed = [0; 32];
        let size = self.size();
        let bytes = &mut packed[..size];
        match self.kind() {
            Kind::Bool => bytes[0] = value.is_true().into(),
            Kind::Char => match value {
                Value::Bytes(given) => {
                    self.format().check_length(given.len())?;
                    bytes[0] = given[0];
                }
                _ => return self.format().wrong("bytes", value),
            },
            Kind::Int | Kind::Uint | Kind::Pointer => {
                let int = match *value {
                    Value::Int(int) => int,
                    Value::Bool(truth) => truth.into(),
                    _ => return self.format().wrong("an integer", value),
                };
                let (unsigned, signed) = (1i128 << (8 * size), 1i128 << (8 * size - 1));
                let range = match self.kind() {
                    Kind::Int => -signed..signed,
                    Kind::Uint => 0..unsigned,
                    // As in C, where pointers convert from either.
                    _ => -signed..unsigned,
                };
                if !range.contains(&int) {
                    return self.out_of_range(value);
                }
                self.put_uint(int as u64, bytes);
            }
            Kind::Float => {
                let Some((re, _)) = parts(value).filter(|_| !matches!(value, Value::Complex(_)))
                else {
                    return self.format().wrong("a real number", value);
                };
                self.put_float(re, value, bytes)?;
            }
            Kind::Complex => {
                let Some((re, im)) = parts(value) else {
                    return self.format().wrong("a number", value);
                };
                let (first, second) = bytes.split_at_mut(size / 2);
                self.put_float(re, value, first)?;
                self.put_float(im, value, second)?;
            }
            Kind::Opaque => self.format().put_opaque(value, Some(bytes))?,
        }
        Ok((packed, size))
    }

    /// The lowest bytes of an integer.
    fn put_uint(self, int: u64, bytes: &mut [u8]) {
        let size = bytes.len();
        bytes.copy_from_slice(&int.to_le_bytes()[..size]);
        if self.is_swapped() == cfg!(target_endian = "little") {
            bytes.reverse();
        }
    }

    fn put_float(self, float: f64, value: &Value, bytes: &mut [u8]) -> Result<(), FormatError> {
        let bits = match bytes.len() {
            2 => match float::to_half(float) {
                Some(half) => half.into(),
                None => return self.out_of_range(value),
            },
            4 => {
                let single = float::to_single(float);
                let beyond = single.is_infinite() && !float.is_infinite();
                if beyond && self.mode != Mode::Native {
                    return self.out_of_range(value);
                }
                single.to_bits().into()
            }
            _ => float.to_bits(),
        };
        self.put_uint(bits, bytes);
        Ok(())
    }

    fn format(self) -> Format {
        Format { item: Item::Scalar(self) }
    }

    #[cold]
    fn out_of_range<T>(self, value: &Value) -> Result<T, FormatError> {
        let format = self.format().to_string();
        Err(FormatError::Range { format, value: in_short(value) })
    }
}

/// Real and imaginary part of a number.
fn parts(value: &Value) -> Option<(f64, f64)> {
    Some(match *value {
        Value::Bool(truth) => (truth.into(), 0.0),
        Value::Int(int) => (int as f64, 0.0),
        Value::Float(float) => (float, 0.0),
        Value::Complex(Complex { re, im }) => (re, im),
        _ => return None,
    })
}

/// The start of a value's text, for messages.
fn in_short(value: &Value) -> String {
    /// Takes so many bytes and then fails.
    struct Short(String);
    impl Write for Short {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            const MOST: usize = 60;
            if self.0.len() + text.len() > MOST {
                self.0.push_str("..");
                return Err(fmt::Error);
            }
            self.0.push_str(text);
            Ok(())
        }
    }
    let mut short = Short(String::new());
    // It fails only to be short.
    let _ = write!(short, "{value}");
    short.0
}
