//! Arrays of pointers: the first axis becomes a table that leads to the rest.
//!
//! Table and items are one block: first the pointers in ascending order of
//! what they lead to, then the items as they have been given. A pointer leads
//! to the least byte that its part has an item at; the suboffset leads on to
//! the item at index 0 of all other axes.

use super::super::memory::Access;
use crate::buffer::{Buffer, Memory};
use crate::error::BufferError;
use crate::format::Format;
use crate::layout::{Layout, Overlap};
use crate::memory::reserve;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::iter::once;
use core::ptr;

/// Words that hold pointers and items.
struct Block {
    _words: Vec<*mut u8>,
}

// SAFETY: the pointers lead into the block, which a lock guards.
unsafe impl Send for Block {}
// SAFETY: as above.
unsafe impl Sync for Block {}

/// A buffer of the items in `bytes` that lie at `dense`, which has an axis,
/// behind pointers.
pub(super) fn buffer(
    bytes: &[u8],
    dense: &Layout,
    format: Format,
    readonly: bool,
) -> Result<Buffer, BufferError> {
    const WORD: usize = size_of::<*mut u8>();
    let (rows, stride) = (dense.shape()[0], dense.strides()[0]);
    // Where the parts of the block begin; no more than two `Vec`s can hold.
    let words = rows.saturating_add(bytes.len().div_ceil(WORD));
    let mut block = reserve::<*mut u8>(words)?;
    block.resize(words, ptr::null_mut());
    let start = block.as_mut_ptr().cast::<u8>();
    let items = start.wrapping_add(rows * WORD);
    // SAFETY: room for all bytes, behind the table.
    unsafe { items.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };

    let rest = dense.shape().iter().zip(dense.strides()).skip(1);
    let (mut inside, mut least) = (0, dense.offset());
    if !dense.is_empty() {
        for (&extent, &stride) in rest {
            inside += (-stride).max(0) * (extent as isize - 1);
        }
        least -= inside + (-stride).max(0) * (rows as isize - 1);
        let step = stride.abs();
        for (row, pointer) in block[..rows].iter_mut().enumerate() {
            *pointer = items.wrapping_offset(least + row as isize * step);
        }
    }
    let word = WORD as isize;
    let down = stride < 0 && rows > 0;
    let strides: Vec<isize> = once(if stride < 0 { -word } else { word })
        .chain(dense.strides()[1..].iter().copied())
        .collect();
    let mut suboffsets = alloc::vec![-1; dense.ndim()];
    suboffsets[0] = inside;
    let offset = if down { (rows as isize - 1) * word } else { 0 };
    let layout = Layout::indirect(dense.shape(), &strides, &suboffsets, format.itemsize(), offset)?;
    let access = if readonly { Access::Read } else { Access::Items };
    let memory = Memory::of(start, words * WORD, access, Some(Arc::new(Block { _words: block })));
    let mut buffer = Buffer::of_validated(&memory, layout, format, readonly);
    buffer.distinct = dense.self_overlap() == Overlap::No;
    Ok(buffer)
}
