//! Buffers of ordinary owners of memory.

use super::{Buffer, Memory};
use crate::element::Element;
use crate::layout::{Layout, Order};
use crate::view::{AnyArray, Array, Strided};
use alloc::sync::Arc;
use alloc::vec::Vec;

/// The items of a vector, along one axis, to read and to write.
impl<T: Element> From<Vec<T>> for Buffer {
    fn from(items: Vec<T>) -> Buffer {
        let len = items.len();
        of_items::<T>(&Memory::from_vec(items), len, false)
    }
}

/// Items that are there for ever, along one axis, to read.
impl<T: Element> From<&'static [T]> for Buffer {
    fn from(items: &'static [T]) -> Buffer {
        of_items::<T>(&Memory::from_static(items), items.len(), true)
    }
}

/// Items that others have too, along one axis, to read.
impl<T: Element> From<Arc<[T]>> for Buffer {
    fn from(items: Arc<[T]>) -> Buffer {
        let len = items.len();
        of_items::<T>(&Memory::from_shared(items), len, true)
    }
}

/// An array in its own layout, to read and to write.
impl<T: Element> From<Array<T>> for Buffer {
    fn from(array: Array<T>) -> Buffer {
        let layout = array.layout().clone();
        let memory = Memory::from_vec(array.into_vec());
        Buffer::of_validated(&memory, layout, T::TYPE.format(), false)
    }
}

/// An array in its own layout, to read and to write.
impl From<AnyArray> for Buffer {
    fn from(array: AnyArray) -> Buffer {
        let (layout, format) = (array.layout().clone(), array.element().format());
        let memory = Memory::from_vec(array.into_bytes());
        Buffer::of_validated(&memory, layout, format, false)
    }
}

fn of_items<T: Element>(memory: &Arc<Memory>, len: usize, readonly: bool) -> Buffer {
    match Layout::contiguous(&[len], size_of::<T>(), Order::C) {
        Ok(layout) => Buffer::of_validated(memory, layout, T::TYPE.format(), readonly),
        Err(_) => unreachable!("no memory has more than `isize::MAX` bytes"),
    }
}
