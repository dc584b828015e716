//! What CPython's `test_memoryview` shows of every type that exports bytes.

use super::*;
use crate::support::items::ints;
use std::sync::Weak;
use stridewise::buffer::{Buffer, Memory};
use stridewise::{FormatError, LayoutError, MismatchError};

const SOURCE: &[u8] = b"abcdef";

/// Exporters of the source to read, and to write.
fn exporters() -> [(Arc<dyn Exporter>, bool); 6] {
    let items = ints(SOURCE.iter().map(|&byte| byte.into()));
    let shared: Arc<[u8]> = Arc::from(SOURCE);
    let slice = MemoryView::from_buffer(Buffer::from([b"xx", SOURCE, b"yy"].concat()));
    [
        (Arc::new(Buffer::from(SOURCE)), true),
        (Arc::new(Buffer::from(shared)), true),
        (Arc::new(Buffer::bytes(&Memory::from_owner(SOURCE.to_vec()))), true),
        (Arc::new(Buffer::from(SOURCE.to_vec())), false),
        (nd(&items, &[6], "B", NdFlags::WRITABLE), false),
        (Arc::new(slice.slice(0, 2..8).unwrap()), false),
    ]
}

/// A view of each exporter to write.
fn writable() -> impl Iterator<Item = MemoryView> {
    let writable = exporters().into_iter().filter(|(_, readonly)| !readonly);
    writable.map(|(exporter, _)| MemoryView::from_exporter(exporter).unwrap())
}

fn byte(byte: u8) -> Value {
    byte.into()
}

#[test]
fn items_are_read() {
    for (exporter, _) in exporters() {
        let viewed = MemoryView::from_exporter(exporter).unwrap();
        for (index, expected) in [(0, b'a'), (5, b'f'), (-1, b'f'), (-6, b'a')] {
            assert_eq!(viewed.get(&[index]), Ok(byte(expected)));
        }
        for index in [6, -7, isize::MAX, isize::MIN] {
            let error = LayoutError::IndexOutside { axis: 0, index, extent: 6 };
            assert_eq!(viewed.get(&[index]), Err(error.into()));
        }
        assert_eq!(viewed.get(&[]), Err(BufferError::IndexCount { given: 0, ndim: 1 }));
        let items: Vec<Value> = viewed.iter().unwrap().map(Result::unwrap).collect();
        assert_eq!(items, ints(SOURCE.iter().map(|&byte| byte.into())));
    }
}

#[test]
fn read_only_views_are_not_written() {
    for (exporter, readonly) in exporters() {
        let viewed = MemoryView::from_exporter(exporter).unwrap();
        assert_eq!(viewed.readonly(), Ok(readonly));
        let fixed = viewed.to_readonly().unwrap();
        assert_eq!(fixed.set(&[0], &byte(b'x')), Err(BufferError::ReadOnly));
        let part = fixed.slice(0, 0..2).unwrap();
        assert_eq!(part.assign(&part), Err(BufferError::ReadOnly));
        let refused = fixed.get_contiguous(Access::Write, Order::C).err();
        assert_eq!(refused, Some(BufferError::ReadOnly));
        let request = Request::CONTIG;
        let refused = MemoryView::with_request(Arc::new(fixed), request).err();
        assert_eq!(refused, Some(BufferError::NotWritable { request }));
        assert_eq!(viewed.tobytes(Order::C).unwrap(), SOURCE);
    }
}

#[test]
fn writable_views_are_written() {
    let bytes = |bytes: &'static [u8]| MemoryView::from_buffer(Buffer::from(bytes));
    for viewed in writable() {
        let holds = |expected: &[u8]| assert_eq!(viewed.tobytes(Order::C).unwrap(), expected);
        let part = |start, stop| viewed.slice(0, cut(start, stop, 1)).unwrap();
        viewed.set(&[0], &byte(b'1')).unwrap();
        holds(b"1bcdef");
        part(0, 1).assign(&bytes(b"0")).unwrap();
        holds(b"0bcdef");
        part(1, 3).assign(&bytes(b"12")).unwrap();
        holds(b"012def");
        part(1, 1).assign(&bytes(b"")).unwrap();
        holds(b"012def");
        viewed.assign(&bytes(b"abcdef")).unwrap();
        holds(b"abcdef");
        // Of itself, and of its parts.
        part(0, 3).assign(&part(2, 5)).unwrap();
        holds(b"cdedef");
        viewed.assign(&bytes(b"abcdef")).unwrap();
        part(2, 5).assign(&part(0, 3)).unwrap();
        holds(b"ababcf");

        for index in [6, -7, isize::MAX] {
            assert!(viewed.set(&[index], &byte(b'a')).is_err());
        }
        assert!(viewed.set(&[0, 0], &byte(b'a')).is_err() && viewed.set(&[], &byte(b'a')).is_err());
        // Not a value of the format, or not its size.
        for value in [&b""[..], b"ab"] {
            let refused = viewed.set(&[0], &value.into());
            assert!(matches!(refused, Err(BufferError::Format(FormatError::Type { .. }))));
        }
        let chars = viewed.cast("c", None).unwrap();
        for value in [&b""[..], b"ab"] {
            let refused = chars.set(&[0], &value.into());
            assert!(matches!(refused, Err(BufferError::Format(FormatError::Length { .. }))));
        }
        // Assignment does not resize.
        let shapes = |dst, src| Err(MismatchError::Shape { dst: vec![dst], src: vec![src] }.into());
        assert_eq!(part(1, 1).assign(&bytes(b"a")), shapes(0, 1));
        assert_eq!(part(0, 2).assign(&bytes(b"a")), shapes(2, 1));
        assert_eq!(
            viewed.slice(0, cut(0, 2, 0)).err(),
            Some(LayoutError::StepZero { axis: 0 }.into())
        );
        holds(b"ababcf");
    }
}

#[test]
fn attributes() {
    for (exporter, readonly) in exporters() {
        let viewed = MemoryView::from_exporter(exporter.clone()).unwrap();
        assert_eq!(viewed.format(), Ok(&Format::parse("B").unwrap()));
        assert_eq!((viewed.itemsize(), viewed.ndim(), viewed.nbytes()), (Ok(1), Ok(1), Ok(6)));
        assert_eq!((viewed.shape(), viewed.len()), (Ok(&[6][..]), Ok(6)));
        assert_eq!((viewed.strides(), viewed.suboffsets()), (Ok(&[1][..]), Ok(&[][..])));
        assert_eq!(viewed.readonly(), Ok(readonly));
        let obj = viewed.obj().unwrap().unwrap();
        assert!(std::ptr::addr_eq(Arc::as_ptr(&obj), Arc::as_ptr(&exporter)));
        assert_eq!(viewed.tobytes(Order::C).unwrap(), SOURCE);
        let numbers = SOURCE.iter().map(|&byte| byte.into());
        assert_eq!(viewed.tolist(), Ok(Value::List(ints(numbers))));
    }
}

#[test]
fn views_compare() {
    for (exporter, _) in exporters() {
        let viewed = MemoryView::from_exporter(exporter.clone()).unwrap();
        let other = MemoryView::from_buffer(Buffer::from(SOURCE));
        assert!(
            same(&viewed, &other)
                && same(&other, &viewed)
                && viewed.equal_exporter(exporter).unwrap()
        );
        for unlike in [&b"abcde"[..], b"abcdeg", b""] {
            assert!(viewed != MemoryView::from_buffer(Buffer::from(unlike.to_vec())));
        }
    }
}

#[test]
fn hashes_of_what_is_read_only() {
    let expected = MemoryView::from_buffer(Buffer::from(SOURCE)).hash().unwrap();
    for (exporter, readonly) in exporters() {
        let viewed = MemoryView::from_exporter(exporter).unwrap();
        match readonly {
            true => assert_eq!(viewed.hash(), Ok(expected)),
            false => assert_eq!(viewed.hash(), Err(BufferError::HashWritable)),
        }
        assert_eq!(viewed.to_readonly().unwrap().hash(), Ok(expected));
        // Released in the meantime, it has none.
        viewed.release().unwrap();
        assert_eq!(viewed.hash(), Err(BufferError::Released));
    }
}

#[test]
fn parts_refer_to_the_same_memory() {
    for viewed in writable() {
        let part = viewed.slice(0, by(2)).unwrap();
        part.set(&[1], &byte(b'C')).unwrap();
        assert_eq!(viewed.tobytes(Order::C).unwrap(), b"abCdef");
        drop(viewed);
        assert_eq!(part.tobytes(Order::C).unwrap(), b"aCe");
    }
}

/// An exporter that has a view of itself.
struct Cycle {
    this: Weak<Cycle>,
    memory: Arc<Memory>,
    viewed: std::sync::OnceLock<MemoryView>,
}

impl Exporter for Cycle {
    fn export(&self, request: Request) -> Result<Buffer, BufferError> {
        Buffer::bytes(&self.memory).answer(request)
    }
}

#[test]
fn cycles_end_with_a_release() {
    let memory = Memory::from_vec(SOURCE.to_vec());
    let viewed = std::sync::OnceLock::new();
    let cycle = Arc::new_cyclic(|this| Cycle { this: this.clone(), memory, viewed });
    let alive = cycle.this.clone();
    let viewed = MemoryView::from_exporter(cycle.clone()).unwrap();
    assert!(cycle.viewed.set(viewed).is_ok());
    drop(cycle);
    // Reference counts alone do not end it; giving up the view does.
    let cycle = alive.upgrade().expect("held by its own view");
    cycle.viewed.get().expect("just set").release().unwrap();
    drop(cycle);
    assert!(alive.upgrade().is_none());
}
