//! Fields: the parts of structs.

use super::{Format, Item};
use alloc::boxed::Box;

/// A part of a struct: one item, or several one after the other.
///
/// See [`Format::fields`] for an example.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    pub(super) name: Option<Box<str>>,
    pub(super) offset: usize,
    /// 1 if there is a name.
    pub(super) count: usize,
    pub(super) format: Format,
}

impl Field {
    /// The name between colons, if there is one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Bytes from the start of the struct to the first item.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// The number of items; 1 if the field has a name.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// The format of each item.
    #[must_use]
    pub fn format(&self) -> &Format {
        &self.format
    }

    /// Bytes that nobody has named.
    pub(crate) fn is_padding(&self) -> bool {
        self.name.is_none() && matches!(self.format.item, Item::Void(_))
    }

    /// The first byte after the items.
    pub(super) fn end(&self) -> usize {
        self.offset + self.count * self.format.itemsize()
    }
}
