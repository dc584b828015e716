//! From formats to strings.

use super::{Field, Format, Item, Mode, Target};
use core::fmt::{self, Write};

/// The canonical string: without the first `@`, without white space, equal
/// neighbours counted, modes only where they change something.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Printer { f, mode: Mode::Native }.item(self, 1)
    }
}

struct Printer<'a, 'b> {
    f: &'a mut fmt::Formatter<'b>,
    /// What is in force.
    mode: Mode,
}

impl Printer<'_, '_> {
    fn set(&mut self, mode: Mode) -> fmt::Result {
        if self.mode != mode {
            self.mode = mode;
            self.f.write_char(mode.character())?;
        }
        Ok(())
    }

    /// Sets a mode that aligns, or one that does not.
    fn set_aligned(&mut self, aligned: bool) -> fmt::Result {
        match (aligned, self.mode) {
            (true, _) => self.set(Mode::Native),
            (false, Mode::Native) => self.set(Mode::Unaligned),
            _ => Ok(()),
        }
    }

    fn count(&mut self, count: usize) -> fmt::Result {
        if count == 1 { Ok(()) } else { write!(self.f, "{count}") }
    }

    fn item(&mut self, format: &Format, count: usize) -> fmt::Result {
        match &format.item {
            Item::Scalar(scalar) => {
                self.set(scalar.mode)?;
                self.count(count)?;
                self.f.write_str(scalar.code.characters())
            }
            Item::Bytes(len) => self.count(*len).and_then(|()| self.f.write_char('s')),
            Item::Pascal(len) => self.count(*len).and_then(|()| self.f.write_char('p')),
            Item::Void(len) => self.count(*len).and_then(|()| self.f.write_char('x')),
            Item::Array(array) => {
                for (at, extent) in array.shape.iter().enumerate() {
                    write!(self.f, "{}{extent}", if at == 0 { '(' } else { ',' })?;
                }
                self.f.write_char(')')?;
                self.item(&array.item, 1)
            }
            Item::Struct(fields) if fields.braced => {
                self.count(count)?;
                self.f.write_str("T{")?;
                fields.fields.iter().try_for_each(|field| self.field(field))?;
                if fields.inner > 1 {
                    self.set_aligned(fields.align > 1)?;
                }
                self.f.write_char('}')
            }
            Item::Struct(fields) => fields.fields.iter().try_for_each(|field| self.field(field)),
            Item::Pointer(pointer) => {
                self.set_aligned(pointer.aligned)?;
                self.count(count)?;
                match &pointer.target {
                    Target::Item(format) => {
                        self.f.write_char('&')?;
                        self.item(format, 1)
                    }
                    Target::Function(signature) => write!(self.f, "X{{{signature}}}"),
                }
            }
        }
    }

    fn field(&mut self, field: &Field) -> fmt::Result {
        self.item(&field.format, field.count)?;
        match &field.name {
            Some(name) => write!(self.f, ":{name}:"),
            None => Ok(()),
        }
    }
}
