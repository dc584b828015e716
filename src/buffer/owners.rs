//! Buffers of ordinary owners of memory.

use super::memory::Access;
use super::{Buffer, Memory};
use crate::element::Element;
use crate::layout::{Layout, Order};
use crate::view::{AnyArray, Array, IndirectArray, Strided, StridedMut};
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

/// Parts behind pointers, to read and to write.
///
/// ```
/// use stridewise::buffer::{Buffer, MemoryView};
/// use stridewise::{Array, IndirectArray};
/// let row = |first: u16| Array::new(vec![first, first + 1], &[2]);
/// let rows = IndirectArray::new(vec![row(10)?, row(20)?])?;
/// let view = MemoryView::from_buffer(rows.into());
/// view.set(&[1, 0], &7.into())?;
/// assert_eq!(view.suboffsets()?, [0, -1]);
/// assert_eq!(view.tolist()?.to_string(), "[[10, 11], [7, 21]]");
/// # Ok::<(), stridewise::Error>(())
/// ```
impl<A: StridedMut + Send + Sync + 'static> From<IndirectArray<A>> for Buffer {
    fn from(mut array: IndirectArray<A>) -> Buffer {
        let (layout, format) = (array.layout().clone(), array.element().format());
        let (start, rows) = (array.start_mut(), array.parts().len());
        let len = rows * size_of::<*mut u8>();
        // The parts are not seen again, so their bytes may become any.
        let memory = Memory::of(start, len, Access::Items, Some(Arc::new(array)));
        let mut buffer = Buffer::of_validated(&memory, layout, format, false);
        buffer.distinct = true;
        buffer
    }
}

fn of_items<T: Element>(memory: &Arc<Memory>, len: usize, readonly: bool) -> Buffer {
    match Layout::contiguous(&[len], size_of::<T>(), Order::C) {
        Ok(layout) => Buffer::of_validated(memory, layout, T::TYPE.format(), readonly),
        Err(_) => unreachable!("no memory has more than `isize::MAX` bytes"),
    }
}
