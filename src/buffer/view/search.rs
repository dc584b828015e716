//! Looking for values.

use super::MemoryView;
use super::items::values;
use crate::error::BufferError;
use crate::format::Value;
use alloc::string::ToString;
use alloc::vec::Vec;

/// The items along a view's first axis; see [`MemoryView::iter`].
#[derive(Debug)]
pub struct Items<'a> {
    view: &'a MemoryView,
    next: usize,
    end: usize,
}

impl Iterator for Items<'_> {
    type Item = Result<Value, BufferError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.next >= self.end {
            return None;
        }
        let index = self.next as isize;
        self.next += 1;
        Some(match self.view.layout.ndim() {
            1 => self.view.get(&[index]),
            _ => self.view.index(0, index).and_then(|part| part.tolist()),
        })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.end - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Items<'_> {}

impl MemoryView {
    /// What is along the first axis: items, or lists if there are more axes.
    /// Each is read when it is asked for.
    ///
    /// # Errors
    ///
    /// [`BufferError::Released`] and [`BufferError::Scalar`]; of each item,
    /// those of [`get`](MemoryView::get).
    ///
    /// ```
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// let view = MemoryView::from_buffer(Buffer::from(vec![3u32, 4]));
    /// let items = view.iter()?.collect::<Result<Vec<_>, _>>()?;
    /// assert_eq!(items, [3.into(), 4.into()]);
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn iter(&self) -> Result<Items<'_>, BufferError> {
        Ok(Items { view: self, next: 0, end: self.len()? })
    }

    /// Whether an item equals a value.
    ///
    /// # Errors
    ///
    /// Those of [`tolist`](MemoryView::tolist), and [`BufferError::Scalar`].
    ///
    /// ```
    /// use stridewise::buffer::{Buffer, MemoryView};
    /// let view = MemoryView::from_buffer(Buffer::from(vec![3u8, 4, 3]));
    /// assert!(view.contains(&4.0.into())? && !view.contains(&5.into())?);
    /// assert_eq!(view.count(&3.into())?, 2);
    /// assert_eq!(view.index_of(&4.into())?, [1]);
    /// # Ok::<(), stridewise::BufferError>(())
    /// ```
    pub fn contains(&self, value: &Value) -> Result<bool, BufferError> {
        Ok(self.position(value)?.is_some())
    }

    /// How many items equal a value. See [`contains`](MemoryView::contains)
    /// for an example.
    ///
    /// # Errors
    ///
    /// Those of [`contains`](MemoryView::contains).
    pub fn count(&self, value: &Value) -> Result<usize, BufferError> {
        self.len()?;
        self.reading(|items| {
            let items = values(items, &self.format)?;
            Ok(items.iter().filter(|item| *item == value).count())
        })
    }

    /// The first index, in C order, of an item that equals a value. See
    /// [`contains`](MemoryView::contains) for an example.
    ///
    /// # Errors
    ///
    /// Those of [`contains`](MemoryView::contains), and
    /// [`BufferError::NotFound`].
    pub fn index_of(&self, value: &Value) -> Result<Vec<usize>, BufferError> {
        let mut at = match self.position(value)? {
            Some(at) => at,
            None => return Err(BufferError::NotFound { value: value.to_string() }),
        };
        let mut index = alloc::vec![0; self.layout.ndim()];
        for (place, &extent) in index.iter_mut().zip(self.layout.shape()).rev() {
            *place = at % extent;
            at /= extent;
        }
        Ok(index)
    }

    fn position(&self, value: &Value) -> Result<Option<usize>, BufferError> {
        self.len()?;
        self.reading(|items| Ok(values(items, &self.format)?.iter().position(|item| item == value)))
    }
}
