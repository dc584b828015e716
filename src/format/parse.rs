//! From strings to formats.
//!
//! ```text
//! format  = sequence
//! sequence = { space | mode | item }
//! item    = [ "(" extent { "," extent } ")" ] { mode } [ count ] what [ ":" name ":" ]
//! what    = code | "Z" code | "s" | "p" | "x" | "O"
//!         | "T{" sequence "}" | "&" item | "X{" any "}"
//! ```

use super::{Array, Code, Field, Format, Item, MAX_DEPTH, Mode, Pointer, Scalar, Struct, Target};
use crate::axes::Axes;
use crate::error::FormatError;
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// Items without bytes could be any number in no memory: so many values are
/// allowed, and some more for each byte.
const FREE_VALUES: usize = 1 << 16;

pub(super) fn parse(text: &str) -> Result<Format, FormatError> {
    let mut parser = Parser { text, at: 0, mode: Mode::Native, depth: 0 };
    let fields = parser.sequence(false)?;
    let format = match &fields.fields[..] {
        // One item is itself.
        [field] if field.count == 1 && field.name.is_none() && !field.is_padding() => {
            field.format.clone()
        }
        _ => Format { item: Item::Struct(Arc::new(fields)) },
    };
    let most = format.itemsize().saturating_mul(MAX_DEPTH).saturating_add(FREE_VALUES);
    if format.values() > most { Err(parser.too_large()) } else { Ok(format) }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// What is in force.
    mode: Mode,
    /// Levels around.
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Steps over the next byte if it is this one.
    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, byte: u8) -> Result<(), FormatError> {
        if self.eat(byte) { Ok(()) } else { Err(self.unknown()) }
    }

    fn spaces(&mut self) {
        // Python's, of which a vertical tab is one.
        while self.peek().is_some_and(|byte| byte == b' ' || (b'\t'..=b'\r').contains(&byte)) {
            self.at += 1;
        }
    }

    /// Steps over spaces and modes, and sets these.
    fn modes(&mut self) {
        loop {
            self.spaces();
            let Some(mode) = self.peek().and_then(Mode::of) else { return };
            self.mode = mode;
            self.at += 1;
        }
    }

    /// The bytes before the next `byte`, which is stepped over.
    fn until(&mut self, byte: char) -> Result<&str, FormatError> {
        let from = self.at;
        match self.text.get(from..).and_then(|rest| rest.find(byte)) {
            Some(len) => {
                self.at += len + 1;
                Ok(&self.text[from..from + len])
            }
            None => {
                self.at = self.text.len();
                Err(self.unknown())
            }
        }
    }

    fn number(&mut self) -> Result<Option<usize>, FormatError> {
        let from = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        let digits = &self.text[from..self.at];
        if digits.is_empty() {
            return Ok(None);
        }
        // All that is wrong with digits is that they are too many.
        digits.parse().map(Some).map_err(|_| self.too_large())
    }

    /// Items up to a brace, or to the end.
    fn sequence(&mut self, braced: bool) -> Result<Struct, FormatError> {
        let mut fields = Fields::default();
        loop {
            self.modes();
            match self.peek() {
                None if !braced => break,
                Some(b'}') if braced => {
                    self.at += 1;
                    break;
                }
                _ => self.field(&mut fields)?,
            }
        }
        let Fields { fields, mut size, align: inner } = fields;
        let aligned = !braced || self.mode == Mode::Native;
        if braced && aligned {
            size = self.sized(size.checked_next_multiple_of(inner))?;
        }
        let align = if aligned { inner } else { 1 };
        Ok(Struct { fields: fields.into(), braced, size, align, inner })
    }

    /// An item with its count and its name.
    fn field(&mut self, fields: &mut Fields) -> Result<(), FormatError> {
        let shape = self.shape()?;
        self.modes();
        let (mut format, mut count) = self.what(shape.len())?;
        let name = self.eat(b':').then(|| self.until(':').map(Box::<str>::from)).transpose()?;
        if !shape.is_empty() || (name.is_some() && count != 1) {
            // A name names one value.
            let mut shape = shape;
            if count != 1 {
                shape.push(count);
            }
            (format, count) = (self.array(shape, format)?, 1);
            if let (None, Item::Array(array)) = (&name, &format.item)
                && let Item::Void(_) = array.item.item
            {
                // Padding has no shape.
                format = Format { item: Item::Void(array.size) };
            }
        }
        let align = format.align();
        let offset = self.sized(fields.size.checked_next_multiple_of(align))?;
        let bytes = self.sized(format.itemsize().checked_mul(count))?;
        fields.size = self.sized(offset.checked_add(bytes))?;
        fields.align = fields.align.max(align);
        fields.push(Field { name, offset, count, format });
        Ok(())
    }

    /// `(2,3)`, if it is there.
    fn shape(&mut self) -> Result<Axes<usize>, FormatError> {
        let mut shape = Axes::new();
        if !self.eat(b'(') {
            return Ok(shape);
        }
        loop {
            self.spaces();
            let Some(extent) = self.number()? else { return Err(self.unknown()) };
            shape.push(extent);
            self.spaces();
            if self.eat(b')') {
                return Ok(shape);
            }
            self.expect(b',')?;
        }
    }

    /// An item without name and shape, and how many of it; `levels` of axes
    /// are around it.
    fn what(&mut self, levels: usize) -> Result<(Format, usize), FormatError> {
        let count = self.number()?;
        let times = count.unwrap_or(1);
        let Some(byte) = self.peek() else { return Err(self.unknown()) };
        self.at += 1;
        let item = match byte {
            b's' => return Ok((Format { item: Item::Bytes(times) }, 1)),
            b'p' => return Ok((Format { item: Item::Pascal(times) }, 1)),
            b'x' => return Ok((Format { item: Item::Void(times) }, 1)),
            b'T' => {
                self.expect(b'{')?;
                let levels = levels + usize::from(count.is_some());
                Item::Struct(Arc::new(self.deeper(levels, |parser| parser.sequence(true))?))
            }
            b'&' => {
                let aligned = self.mode == Mode::Native;
                let target = Target::Item(self.deeper(levels, Parser::target)?);
                Item::Pointer(Arc::new(Pointer { target, aligned }))
            }
            b'X' => {
                let aligned = self.mode == Mode::Native;
                let target = Target::Function(self.signature()?);
                Item::Pointer(Arc::new(Pointer { target, aligned }))
            }
            _ => {
                self.at -= 1;
                let len = if byte == b'Z' { 2 } else { 1 };
                let code = self.text.as_bytes().get(self.at..self.at + len).and_then(Code::of);
                let scalar = code.and_then(|code| Scalar::new(code, self.mode));
                let Some(scalar) = scalar else { return Err(self.unknown()) };
                self.at += len;
                Item::Scalar(scalar)
            }
        };
        Ok((Format { item }, times))
    }

    /// What a pointer points to.
    fn target(&mut self) -> Result<Format, FormatError> {
        self.modes();
        let mut shape = self.shape()?;
        self.modes();
        let (format, count) = self.what(shape.len())?;
        if count != 1 {
            shape.push(count);
        }
        if shape.is_empty() { Ok(format) } else { self.array(shape, format) }
    }

    /// What is between the braces of a function.
    fn signature(&mut self) -> Result<Box<str>, FormatError> {
        self.expect(b'{')?;
        let (from, mut open) = (self.at, 1);
        while open > 0 {
            match self.peek() {
                Some(b'{') => open += 1,
                Some(b'}') => open -= 1,
                Some(_) => {}
                None => return Err(self.unknown()),
            }
            self.at += 1;
        }
        Ok(self.text[from..self.at - 1].into())
    }

    fn array(&self, mut shape: Axes<usize>, format: Format) -> Result<Format, FormatError> {
        let item = match format.item {
            // `(2)3i`: one array of more axes.
            Item::Array(array) => {
                shape.extend(array.shape.iter().copied());
                array.item.clone()
            }
            item => Format { item },
        };
        if shape.len() + self.depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        // Extents must not overflow even where others are 0.
        let times = |size: usize, &extent: &usize| size.checked_mul(extent.max(1));
        let size = shape.iter().try_fold(item.itemsize().max(1), times);
        let size = self.sized(size)?;
        let size = if shape.contains(&0) || item.itemsize() == 0 { 0 } else { size };
        Ok(Format { item: Item::Array(Arc::new(Array { shape, item, size })) })
    }

    /// Some levels down, and one more.
    fn deeper<T>(
        &mut self,
        levels: usize,
        parse: impl FnOnce(&mut Self) -> Result<T, FormatError>,
    ) -> Result<T, FormatError> {
        let depth = self.depth;
        self.depth += levels + 1;
        if self.depth > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let parsed = parse(self);
        self.depth = depth;
        parsed
    }

    /// A size that fits `isize`.
    fn sized(&self, size: Option<usize>) -> Result<usize, FormatError> {
        let fits = size.filter(|&size| size <= isize::MAX as usize);
        fits.ok_or_else(|| self.too_large())
    }

    #[cold]
    fn unknown(&self) -> FormatError {
        FormatError::Unknown { format: self.text.into(), at: self.at }
    }

    #[cold]
    fn too_large(&self) -> FormatError {
        FormatError::TooLarge { format: self.text.into() }
    }

    #[cold]
    fn too_deep(&self) -> FormatError {
        FormatError::TooDeep { format: self.text.into(), max: MAX_DEPTH }
    }
}

/// The fields so far.
struct Fields {
    fields: Vec<Field>,
    size: usize,
    align: usize,
}

impl Default for Fields {
    fn default() -> Fields {
        Fields { fields: Vec::new(), size: 0, align: 1 }
    }
}

impl Fields {
    /// Adds a field, or to the last one.
    fn push(&mut self, field: Field) {
        if let Some(last) = self.fields.last_mut()
            && last.name.is_none()
            && field.name.is_none()
        {
            let next = last.end() == field.offset;
            match (&mut last.format.item, &field.format.item) {
                (Item::Void(len), Item::Void(more)) => {
                    *len += more;
                    return;
                }
                (Item::Scalar(a), Item::Scalar(b)) if a == b && next => {
                    last.count += field.count;
                    return;
                }
                _ => {}
            }
        }
        self.fields.push(field);
    }
}

impl Format {
    /// How many values reading an item makes, about.
    fn values(&self) -> usize {
        let several =
            |values: usize, &extent: &usize| values.saturating_mul(extent).saturating_add(1);
        match &self.item {
            Item::Array(array) => array.shape.iter().rev().fold(array.item.values(), several),
            Item::Struct(fields) => fields.fields.iter().fold(1, |sum: usize, field| {
                sum.saturating_add(field.format.values().saturating_mul(field.count))
            }),
            _ => 1,
        }
    }
}
