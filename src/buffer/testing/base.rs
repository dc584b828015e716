//! A base: items that have been put into memory.

use super::{NdFlags, NdInit};
use crate::buffer::{Buffer, Memory};
use crate::error::{BufferError, LayoutError};
use crate::format::{Format, Value};
use crate::layout::{Layout, Order};
use alloc::vec::Vec;

/// One of the bases of an array.
#[derive(Debug)]
pub(super) struct Base {
    /// What buffers of it have as their internal number.
    pub(super) id: usize,
    pub(super) buffer: Buffer,
    pub(super) flags: NdFlags,
    pub(super) offset: usize,
    pub(super) exports: usize,
}

impl Base {
    pub(super) fn new(id: usize, items: &[Value], init: NdInit<'_>) -> Result<Base, BufferError> {
        let NdInit { shape, offset, flags, .. } = init;
        check_flags(init)?;
        let format = Format::parse(init.format)?;
        let itemsize = format.itemsize();
        if itemsize == 0 {
            return Err(LayoutError::ZeroItemsize.into());
        }
        if items.is_empty() {
            return Err(BufferError::NoItems);
        }
        let bytes = pack(items, &format)?;
        let len = bytes.len();
        let aligned = |value: isize| match value % itemsize as isize {
            0 => Ok(()),
            _ => Err(BufferError::NotAMultiple { value, itemsize }),
        };
        aligned(offset)?;
        init.strides.iter().try_for_each(|&stride| aligned(stride))?;
        let end = offset.saturating_add(itemsize as isize);
        if offset < 0 || end > len as isize {
            return Err(LayoutError::SpanOutside { start: offset, end, len }.into());
        }
        let layout = if init.strides.is_empty() {
            let order = if flags.contains(NdFlags::FORTRAN) { Order::F } else { Order::C };
            let dense = Layout::contiguous(shape, itemsize, order)?;
            Layout::new(shape, dense.strides(), itemsize, offset)?
        } else {
            Layout::new(shape, init.strides, itemsize, offset)?
        };
        layout.validate(len)?;
        let readonly = !flags.contains(NdFlags::WRITABLE);
        let mut base = if flags.contains(NdFlags::PIL) {
            let buffer = super::pil::buffer(&bytes, &layout, format, readonly)?;
            Base { id, buffer, flags, offset: 0, exports: 0 }
        } else {
            let buffer = Buffer::new(&Memory::from_vec(bytes), layout, format)?;
            let buffer = if readonly { buffer.to_readonly() } else { buffer };
            Base { id, buffer, flags, offset: offset as usize, exports: 0 }
        };
        base.buffer = base.buffer.with_internal(id);
        base.flags = told(flags.without(NdFlags::VAREXPORT | NdFlags::FORTRAN), &base.buffer);
        Ok(base)
    }
}

/// The flags together with what can be seen of the buffer.
pub(super) fn told(mut flags: NdFlags, buffer: &Buffer) -> NdFlags {
    let layout = &buffer.layout;
    let mut tell = |holds: bool, flag: NdFlags| {
        if holds {
            flags |= flag;
        }
    };
    tell(layout.ndim() == 0, NdFlags::SCALAR);
    tell(layout.is_contiguous(Order::C), NdFlags::C);
    tell(layout.is_contiguous(Order::F), NdFlags::FORTRAN);
    tell(buffer.suboffsets().is_some(), NdFlags::PIL);
    tell(!buffer.readonly(), NdFlags::WRITABLE);
    flags
}

fn check_flags(init: NdInit<'_>) -> Result<(), BufferError> {
    let NdInit { shape, strides, flags, .. } = init;
    let refuse = |reason| Err(BufferError::Flags { flags: flags.bits(), reason });
    if flags.contains(NdFlags::FORTRAN) && !strides.is_empty() {
        return refuse("F order goes without strides");
    }
    if flags.contains(NdFlags::PIL) && shape.is_empty() {
        return refuse("pointers need an axis");
    }
    if flags.contains(NdFlags::REDIRECT) {
        return refuse("there is no exporter that requests could go to");
    }
    Ok(())
}

/// The items one after the other.
fn pack(items: &[Value], format: &Format) -> Result<Vec<u8>, BufferError> {
    let itemsize = format.itemsize();
    let mut bytes = alloc::vec![0; items.len() * itemsize];
    for (item, place) in items.iter().zip(bytes.chunks_exact_mut(itemsize)) {
        format.pack(item, place)?;
    }
    Ok(bytes)
}
