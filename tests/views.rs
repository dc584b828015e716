//! Views by type: they index, rearrange, convert and own as they say.

use crate::support::bytes;
use stridewise::{
    AnyView, AnyViewMut, Array, Complex, Element, ElementType, F16, Format, Layout, Order, Slice,
    Strided, View, ViewMut, copy, equal, to_contiguous, to_contiguous_any, xxh3_64,
};

/// Every item of a view, by its index.
fn items<T: Element>(view: &View<'_, T>) -> Vec<T> {
    let shape = view.shape();
    let len = shape.iter().product();
    let at = |n| view.get(&crate::support::oracle::index(n, shape)).unwrap();
    (0..len).map(at).collect()
}

#[test]
fn views_index_what_they_rearrange() {
    let data: Vec<i64> = (0..24).collect();
    let view = View::new(&data, &[2, 3, 4]).unwrap();
    assert_eq!(view.get(&[1, 2, 3]), Some(23));
    assert_eq!(view.get(&[2, 0, 0]), None);
    assert_eq!(view.get(&[0, 0]), None);
    let turned = view.clone().permute(&[2, 0, 1]).unwrap();
    assert_eq!(items(&turned)[..7], [0, 4, 8, 12, 16, 20, 1]);
    let back = view.clone().slice(2, Slice::new(Some(3), Some(0), -2)).unwrap();
    assert_eq!(items(&back), [3, 1, 7, 5, 11, 9, 15, 13, 19, 17, 23, 21]);
    let row = view.clone().index(0, -1).unwrap().index(0, 1).unwrap();
    assert_eq!(items(&row), [16, 17, 18, 19]);
    let wide = row.clone().broadcast_to(&[2, 4]).unwrap();
    assert_eq!(items(&wide), [16, 17, 18, 19, 16, 17, 18, 19]);
    assert_eq!(items(&row.reverse(0).unwrap()), [19, 18, 17, 16]);
    assert_eq!(items(&view.clone().reshape(&[4, 6]).unwrap()), data);
    assert!(view.transpose().reshape(&[24]).is_err());
}

/// One of every type: copied, compared, hashed and owned.
#[test]
fn every_element_type_goes_round() {
    fn round<T: Element + std::fmt::Debug>(make: impl Fn(u8) -> T) {
        let data: Vec<T> = (0..30).map(make).collect();
        let view = View::new(&data, &[5, 2, 3]).unwrap().permute(&[2, 0, 1]).unwrap();
        let array: Array<T> = to_contiguous(&view, Order::C).unwrap();
        assert!(equal(&view, &array).unwrap(), "{}", T::TYPE);
        assert_eq!(xxh3_64(&view).unwrap(), xxh3_64(&array).unwrap());
        let mut other = array.clone();
        let mut dst = other.view_mut().reverse(0).unwrap();
        copy(&mut dst, &view).unwrap();
        assert!(equal(&view.clone().reverse(0).unwrap(), &other).unwrap());
        assert!(!equal(&view, &other).unwrap());
        let erased = AnyView::from(view.clone());
        assert!(equal(&erased, &array).unwrap());
        let owned = to_contiguous_any(&erased, Order::F).unwrap();
        assert!(equal(&owned, &view).unwrap());
        assert_eq!(owned.as_bytes().len(), 30 * size_of::<T>());
    }
    round(|n| n % 5 == 1);
    round(|n| n);
    round(u16::from);
    round(u32::from);
    round(u64::from);
    round(u128::from);
    round(usize::from);
    round(|n| n as i8);
    round(i16::from);
    round(i32::from);
    round(i64::from);
    round(i128::from);
    round(|n| -isize::from(n));
    round(|n| F16(u16::from(n)));
    round(f32::from);
    round(f64::from);
    round(|n| Complex { re: f32::from(n), im: 1.0 });
    round(|n| Complex { re: 1.0, im: f64::from(n) });
    round(|n| [n, n, 3]);
    round(|n| [[f32::from(n), 1.0]; 5]);
}

#[test]
fn formats_are_the_types_of_c() {
    let codes = "c b B h H i I l L q Q n N e f d P ?";
    for code in codes.split(' ') {
        let plain = Format::parse(code).unwrap();
        let native = Format::parse(&format!("@{code}")).unwrap();
        let element = ElementType::from(&plain);
        assert_eq!(element, native.into(), "{code}");
        let memory = bytes(7 * element.itemsize() + 1, 1);
        let layout = Layout::new(&[7], &[element.itemsize() as isize], element.itemsize(), 1);
        let view = AnyView::new(&memory, &plain, layout.unwrap()).unwrap();
        let owned = to_contiguous_any(&view, Order::C).unwrap();
        assert_eq!(owned.as_bytes(), &memory[1..]);
        assert_eq!(owned.element(), view.element());
    }
    let of = |code| ElementType::from(Format::parse(code).unwrap());
    assert_eq!(of("f"), ElementType::of::<f32>());
    assert_eq!(of("q"), ElementType::of::<i64>());
    assert_eq!(of("N"), ElementType::of::<usize>());
}

#[test]
fn mutable_views_reborrow() {
    let mut data = [0u8; 6];
    let mut view = ViewMut::new(&mut data, &[2, 3]).unwrap();
    copy(&mut view.reborrow().index(0, 0).unwrap(), &View::new(&[1u8, 2, 3], &[3]).unwrap())
        .unwrap();
    copy(&mut view.reborrow().index(0, 1).unwrap(), &View::new(&[4u8, 5, 6], &[3]).unwrap())
        .unwrap();
    assert_eq!(items(&view.view()), [1, 2, 3, 4, 5, 6]);
    let mut erased = AnyViewMut::from(view.transpose());
    assert_eq!(erased.shape(), [3, 2]);
    let six = View::new(&[9u8, 8, 7, 6, 5, 4], &[3, 2]).unwrap();
    copy(&mut erased, &six).unwrap();
    assert!(equal(&erased.view(), &six).unwrap());
    assert_eq!(data, [9, 7, 5, 8, 6, 4]);
}

/// Nothing to look at is never looked at.
#[test]
fn views_without_items() {
    let none: [f64; 0] = [];
    let absurd = [isize::MAX, isize::MIN, 7];
    let layout = Layout::new(&[3, 0, usize::MAX], &absurd, 8, -5).unwrap();
    let view = View::with_layout(&none, layout.clone()).unwrap();
    assert_eq!(view.get(&[0, 0, 0]), None);
    assert!(to_contiguous(&view, Order::K).unwrap().as_slice().is_empty());
    assert!(equal(&view, &view).unwrap());
    assert_eq!(xxh3_64(&view).unwrap(), 0x2d06_8005_38d3_94c2);
    let mut data = [1.0; 3];
    copy(&mut ViewMut::with_layout(&mut data, layout).unwrap(), &view).unwrap();
    assert_eq!(data, [1.0; 3]);
}
