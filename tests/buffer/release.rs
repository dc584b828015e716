//! Who has a buffer, until when.

use super::*;
use crate::support::items::{ints, permutations};
use std::sync::atomic::{AtomicUsize, Ordering};
use stridewise::Slice;
use stridewise::buffer::{Buffer, Memory};

/// An exporter that counts its buffers.
struct Counting {
    buffer: Buffer,
    given: AtomicUsize,
    taken_back: AtomicUsize,
}

impl Counting {
    fn new(items: Vec<u8>) -> Arc<Counting> {
        let (given, taken_back) = Default::default();
        Arc::new(Counting { buffer: items.into(), given, taken_back })
    }

    /// Buffers given, and those taken back.
    fn counts(&self) -> (usize, usize) {
        (self.given.load(Ordering::Relaxed), self.taken_back.load(Ordering::Relaxed))
    }
}

impl Exporter for Counting {
    fn export(&self, request: Request) -> Result<Buffer, BufferError> {
        let buffer = self.buffer.answer(request)?;
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        Ok(buffer.with_internal(number))
    }

    fn release_buffer(&self, internal: usize) {
        assert!(internal < self.given.load(Ordering::Relaxed));
        self.taken_back.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_buffer_goes_back_once_after_its_last_view() {
    let exporter = Counting::new(vec![1, 2, 3]);
    let first = view(&exporter);
    let second = first.slice(0, 1..).unwrap();
    let third = second.cast("c", None).unwrap().to_readonly().unwrap();
    assert_eq!((exporter.counts(), first.managed().exports()), ((1, 0), 3));
    first.release().unwrap();
    first.release().unwrap();
    assert_eq!((exporter.counts(), second.managed().exports()), ((1, 0), 2));
    assert_eq!(second.tobytes(Order::C), Ok(vec![2, 3]));
    drop(second);
    assert_eq!(exporter.counts(), (1, 0));
    third.release().unwrap();
    assert_eq!((exporter.counts(), third.managed().exports()), ((1, 1), 0));
    drop((first, third));
    assert_eq!(exporter.counts(), (1, 1));
    // Another buffer for each consumer.
    let views = [view(&exporter), view(&exporter)];
    assert_eq!(exporter.counts(), (3, 1));
    drop(views);
    assert_eq!(exporter.counts(), (3, 3));
    // What is refused is not given.
    assert!(MemoryView::with_request(exporter.clone(), Request::from_bits(4).unwrap()).is_err());
    assert_eq!(exporter.counts(), (3, 3));
}

#[test]
fn memory_goes_with_its_last_user() {
    let exporter = Counting::new(vec![1, 2, 3]);
    let alive = Arc::downgrade(&exporter);
    let viewed = view(&exporter);
    drop(exporter);
    assert!(alive.upgrade().is_some());
    // At the release, not only when the view is dropped.
    viewed.release().unwrap();
    assert!(alive.upgrade().is_none());
    let memory = Memory::from_vec(vec![1u8]);
    let (alive, viewed) = (Arc::downgrade(&memory), MemoryView::from_memory(&memory));
    drop(memory);
    assert_eq!(viewed.get(&[0]), Ok(1.into()));
    viewed.release().unwrap();
    assert!(alive.upgrade().is_none());
}

#[test]
fn released_views_refuse_everything() {
    let base = Arc::new(Buffer::from(vec![1.1, 2.2, 3.3]));
    let viewed = view(&base);
    let other = view(&base);
    viewed.release().unwrap();
    fn refused<T>(result: Result<T, BufferError>) {
        assert!(matches!(result, Err(BufferError::Released)));
    }
    refused(viewed.view());
    refused(viewed.cast("c", None));
    refused(MemoryView::from_exporter(viewed.clone()));
    refused(consumer(&viewed, Request::FULL_RO));
    refused(viewed.tolist());
    refused(viewed.tobytes(Order::C));
    refused(viewed.get_contiguous(Access::Read, Order::C));
    refused(viewed.to_readonly());
    refused(viewed.contains(&1.0.into()));
    refused(viewed.count(&1.0.into()));
    refused(viewed.index_of(&1.0.into()));
    refused(viewed.iter());
    refused(viewed.get(&[0]));
    refused(viewed.set(&[0], &1.into()));
    refused(viewed.index(0, 0));
    refused(viewed.sub(&[]));
    refused(viewed.select(&[]));
    refused(viewed.slice(0, Slice::default()));
    refused(viewed.assign(&other));
    refused(other.assign(&viewed));
    refused(viewed.equal(&other));
    refused(other.equal(&viewed));
    refused(viewed.equal_strictly(&other));
    refused(viewed.equal_exporter(base.clone()));
    refused(viewed.hash());
    refused(viewed.hash_bytes(&mut std::hash::DefaultHasher::new()));
    refused(viewed.xxh3_64());
    refused(viewed.value_hash());
    refused(viewed.obj());
    refused(viewed.nbytes());
    refused(viewed.readonly());
    refused(viewed.itemsize());
    refused(viewed.format());
    refused(viewed.layout());
    refused(viewed.ndim());
    refused(viewed.shape());
    refused(viewed.strides());
    refused(viewed.suboffsets());
    refused(viewed.c_contiguous());
    refused(viewed.f_contiguous());
    refused(viewed.contiguous());
    refused(viewed.len());
    refused(viewed.is_empty());
    // Equal to itself, and to nothing else.
    assert!(same(&viewed, &viewed) && !same(&viewed, &other) && !same(&other, &viewed));
    assert_eq!(viewed.release(), Ok(()));
}

#[test]
fn views_that_export_are_not_released() {
    let exporter = Counting::new(vec![1, 2, 3]);
    let viewed = view(&exporter);
    let array = consumer(&viewed, Request::FULL_RO).unwrap();
    assert_eq!(viewed.release(), Err(BufferError::Exported { exports: 1 }));
    assert_eq!(viewed.tobytes(Order::C), Ok(vec![1, 2, 3]));
    drop(array);
    viewed.release().unwrap();
    assert_eq!(exporter.counts(), (1, 1));

    // Chained: only the view that exports is held.
    let first = view(&exporter);
    let second = Arc::new(first.view().unwrap());
    let array = consumer(&second, Request::FULL_RO).unwrap();
    first.release().unwrap();
    assert_eq!(second.release(), Err(BufferError::Exported { exports: 1 }));
    assert_eq!(array.tolist().unwrap().to_string(), "[1, 2, 3]");
    drop(array);
    second.release().unwrap();
    assert_eq!(exporter.counts(), (2, 2));

    // A view inside a view's scope.
    let outer = view(&exporter);
    {
        let inner = view(&outer);
        assert_eq!(inner.get(&[0]), Ok(1.into()));
    }
    assert_eq!(outer.get(&[0]), Ok(1.into()));
    // A buffer that was never given changes no count.
    Exporter::release_buffer(&*outer, 0);
    assert_eq!(outer.release(), Ok(()));
}

#[test]
fn bases_stay_as_long_as_their_views() {
    for order in permutations(&[0, 1, 2, 3, 4]) {
        let array = nd(&ints([1, 2, 3]), &[3], "B", NdFlags::VAREXPORT);
        let mut views = vec![view(&array)];
        for base in 1..5i64 {
            let init = NdInit { shape: &[3], ..NdInit::default() };
            array.push(&ints([base, 2, 3]), init).unwrap();
            views.push(view(&array));
        }
        for (done, &at) in order.iter().enumerate() {
            // Each has what was exported to it.
            let first = if at == 0 { 1 } else { at as i64 };
            assert_eq!(views[at].get(&[0]), Ok(first.into()));
            if done < 4 && order[..=done].iter().all(|&at| at != 4) {
                assert_eq!(array.pop(), Err(BufferError::Exported { exports: 1 }));
            }
            views[at].release().unwrap();
        }
        // The last one is left.
        assert_eq!(array.pop(), Err(BufferError::LastBase));
        assert_eq!(array.get(&[0]), Ok(4.into()));
    }
}

#[test]
fn layouts_change_while_buffers_are_out() {
    let array = nd(&ints([1, 2, 3]), &[3], "B", NdFlags::VAREXPORT);
    let m1 = view(&array);
    array.push(&ints([4, 5, 6, 7, 8]), NdInit { shape: &[5], ..NdInit::default() }).unwrap();
    let m2 = view(&array);
    let x = m1.view().unwrap();
    assert_eq!(x.tolist(), m1.tolist());
    assert_eq!(x.tolist().unwrap().to_string(), "[1, 2, 3]");
    let y = m2.view().unwrap();
    assert_eq!((y.tolist(), m2.tolist()), (array.tolist(), array.tolist()));
    assert_eq!(array.pop(), Err(BufferError::Exported { exports: 1 }));
    m2.release().unwrap();
    y.release().unwrap();
    array.pop().unwrap();
    assert_eq!(x.tolist(), array.tolist());
    drop(array);
    m1.release().unwrap();
    assert_eq!(x.tolist().unwrap().to_string(), "[1, 2, 3]");
    x.release().unwrap();
}
