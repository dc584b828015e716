//! Casts: which are refused, and what the others give.

use super::*;
use crate::support::check_cases;
use crate::support::items::{For, NATIVE, Rng, Sample, all, ints, is_single, product};
use crate::support::structures::cast_shapes;
use proptest::prelude::*;
use proptest::sample::select;
use stridewise::buffer::Buffer;
use stridewise::{FormatError, LayoutError};

fn is_byte(format: &str) -> bool {
    format.contains(['b', 'B', 'c'])
}

fn size(format: &str) -> usize {
    Format::parse(format).unwrap().itemsize()
}

/// A view of so many bytes.
fn bytes(len: usize) -> MemoryView {
    MemoryView::from_buffer(Buffer::from((0..len).map(|i| i as u8).collect::<Vec<_>>()))
}

#[test]
fn arrays_that_are_not_cast() {
    for shape in [[0, 3, 3], [3, 0, 3]] {
        let none = nd(&ints([1, 2, 3]), &shape, "B", NdFlags::DEFAULT);
        assert!(none.c_contiguous());
        let error = BufferError::CastEmpty { shape: shape.to_vec() };
        assert_eq!(view(&none).cast("c", None).err(), Some(error));
    }
    let init = NdInit { shape: &[3], strides: &[0], ..NdInit::default() };
    let still = array(&ints([1, 2, 3]), init);
    assert!(!still.c_contiguous());
    let error = BufferError::CastOrder { shape: vec![3], strides: vec![0] };
    assert_eq!(view(&still).cast("c", None).err(), Some(error));
    let pointers = view(&nd(&ints(0..4), &[2, 2], "B", NdFlags::PIL));
    assert!(matches!(pointers.cast("c", None), Err(BufferError::CastOrder { .. })));
}

#[test]
fn formats_that_are_not_cast() {
    let wide: Vec<char> = NATIVE.chars().filter(|one| !"bBc".contains(*one)).collect();
    for from in &wide {
        for to in &wide {
            let (from, to) = (from.to_string(), to.to_string());
            let viewed = bytes(32).cast(&format!("@{from}"), None).unwrap();
            let refused = viewed.cast(&to, Some(&[32 / size(&to)])).err();
            assert_eq!(refused, Some(BufferError::CastFormats { from, to }));
        }
    }
    let samples = all(&mut Rng::new(15), 1, For::NdArray);
    for Sample { format, items, .. } in &samples {
        let viewed = view(&nd(items, &[1], format, NdFlags::DEFAULT));
        for to in samples.iter().map(|sample| sample.format.as_str()) {
            let cast = viewed.cast(to, Some(&[4]));
            if !is_single(format) || !is_single(to) {
                let native = |format: &str| Format::parse(format).unwrap().code().is_some();
                if native(format) && native(to) {
                    // A count of 1 is none.
                    assert!(is_byte(format) || is_byte(to) || cast.is_err());
                } else {
                    assert!(matches!(cast, Err(BufferError::CastFormat { .. })), "{format} {to}");
                }
            } else if !is_byte(format) && !is_byte(to) {
                assert!(matches!(cast, Err(BufferError::CastFormats { .. })), "{format} {to}");
            }
        }
    }
    let viewed = bytes(120);
    for unknown in ["XX", "@X", "@XY", "y"] {
        let error = viewed.cast(unknown, None).err();
        assert!(
            matches!(error, Some(BufferError::Format(FormatError::Unknown { .. }))),
            "{unknown}"
        );
    }
    for other in ["", "@", "=B", "!L", ">l", "BI", "xBI", "3B", "T{B}", "Zf", "(2)B"] {
        let format = Format::parse(other).unwrap().to_string();
        let error = viewed.cast(other, None).err();
        assert_eq!(error, Some(BufferError::CastFormat { format }), "{other}");
    }
}

#[test]
fn shapes_that_are_not_cast() {
    let refused = |view: &MemoryView, format: &str, shape: &[usize]| {
        view.cast(format, Some(shape)).expect_err("refused")
    };
    let cube = view(&nd(&ints(0..32), &[2, 2, 8], "h", NdFlags::DEFAULT));
    assert_eq!(refused(&cube, "d", &[2, 2, 2]), BufferError::CastRank { from: 3, to: 3 });

    let row = bytes(120);
    let big = |error| matches!(error, BufferError::Layout(LayoutError::ExtentOverflow { .. }));
    assert!(big(refused(&row, "B", &[usize::MAX])));
    let shape = vec![2, 3, 4, 5, 6, 7, 0];
    assert_eq!(refused(&row, "B", &shape.clone()), BufferError::CastExtent { axis: 6, shape });

    let len = 3 * 5 * 7 * 11;
    let four = bytes(len).cast("B", Some(&[3, 5, 7, 11])).unwrap();
    assert_eq!(refused(&four, "I", &[2, 3, 4, 5]), BufferError::CastRank { from: 4, to: 4 });
    let ints_view = bytes(512).cast("I", None).unwrap();
    let error = LayoutError::RankTooLarge { ndim: 128, max: 64 };
    assert_eq!(refused(&ints_view, "I", &[1; 128]), error.into());
    let error = BufferError::CastLength { nbytes: len, itemsize: 4 };
    assert_eq!(refused(&bytes(len), "I", &[2, 3, 4, 5]), error);
    let error = BufferError::CastSize { shape: vec![2, 3, 4, 5], itemsize: 1, nbytes: len };
    assert_eq!(refused(&bytes(len), "B", &[2, 3, 4, 5]), error);

    // Products that fit, and products that do not.
    let bytes_view = bytes(128);
    let half = 1usize << (usize::BITS / 2);
    assert!(matches!(refused(&ints_view, "B", &[half, half / 4]), BufferError::CastSize { .. }));
    assert!(big(refused(&ints_view, "B", &[half, half / 2])));
    assert!(big(refused(&bytes_view, "I", &[half, half / 8])));
    assert!(big(refused(&bytes_view, "I", &[half, half])));
}

/// The items that bytes are in a format.
fn items_of(bytes: &[u8], format: &str) -> Vec<Value> {
    let format = Format::parse(format).unwrap();
    bytes.chunks_exact(format.itemsize()).map(|item| format.unpack(item).unwrap()).collect()
}

/// Holds a view's attributes, and its bytes, to those of a cast.
#[track_caller]
fn verify_cast(
    view: &MemoryView,
    from: &Arc<NdArray>,
    format: &str,
    shape: &[usize],
    order: Order,
) {
    let itemsize = size(format);
    assert!(std::ptr::addr_eq(Arc::as_ptr(&view.obj().unwrap().unwrap()), Arc::as_ptr(from)));
    assert_eq!(view.format().unwrap().to_string(), canonical(format));
    assert_eq!((view.itemsize(), view.nbytes()), (Ok(itemsize), Ok(from.nbytes())));
    assert_eq!((view.shape(), view.ndim()), (Ok(shape), Ok(shape.len())));
    assert_eq!(view.strides().unwrap(), strides(shape, itemsize, order));
    assert_eq!(view.readonly(), Ok(from.readonly()));
    assert!(view.layout().unwrap().is_contiguous(order));
}

#[test]
fn there_and_back() {
    // Without an axis, and to it.
    let scalar = nd(&ints([9]), &[], "I", NdFlags::DEFAULT);
    let cast = view(&scalar).cast("B", None).unwrap();
    verify_cast(&cast, &scalar, "B", &[4], Order::C);
    assert_eq!(cast.tobytes(Order::C).unwrap(), 9u32.to_ne_bytes());
    let four = nd(&ints([9; 4]), &[4], "B", NdFlags::DEFAULT);
    let cast = view(&four).cast("I", Some(&[])).unwrap();
    verify_cast(&cast, &four, "I", &[], Order::C);
    assert_eq!(cast.get(&[]), Ok(0x0909_0909.into()));

    let mut rng = Rng::new(16);
    let samples = [all(&mut rng, 31, For::Array), all(&mut rng, 31, For::MemoryView)];
    for Sample { format, items, .. } in samples.iter().flatten() {
        let base = nd(items, &[31], format, NdFlags::WRITABLE);
        let viewed = view(&base);
        let raw = base.tobytes().unwrap();
        for byte in ["B", "b", "c"] {
            let there = viewed.cast(byte, None).unwrap();
            verify_cast(&there, &base, byte, &[raw.len()], Order::C);
            assert_eq!(there.tolist(), Ok(Value::List(items_of(&raw, byte))));
            let back = there.cast(format, None).unwrap();
            verify_cast(&back, &base, format, &[31], Order::C);
            assert_eq!(back.tolist(), Ok(Value::List(items.clone())));
            assert!(back.equal_exporter(base.clone()).unwrap());
        }
    }
}

#[test]
fn one_axis_to_several() {
    let characters: Vec<String> = NATIVE.chars().map(String::from).collect();
    let cases = || {
        let format = (any::<bool>(), select(NATIVE.chars().map(String::from).collect::<Vec<_>>()));
        (cast_shapes(), format, any::<u64>())
    };
    assert_eq!(characters.len(), 17);
    check_cases(400, "casts", cases, |(shape, (at, character), seed)| {
        let to = if at { format!("@{character}") } else { character };
        let len = product(&shape) * size(&to);
        let whose = if is_byte(&to) { For::MemoryView } else { For::Bytes };
        for Sample { format, items, .. } in all(&mut Rng::new(seed), len, whose) {
            if items.is_empty() {
                continue;
            }
            let base = nd(&items, &[len], &format, NdFlags::DEFAULT);
            let viewed = view(&base);
            // One more axis makes items of the other size.
            let all_axes: Vec<usize> = shape.iter().copied().chain([size(&format)]).collect();
            let raw = base.tobytes().unwrap();
            for order in [Order::C, Order::F] {
                let cast = viewed.cast_in(&to, Some(&all_axes), order).unwrap();
                verify_cast(&cast, &base, &to, &all_axes, order);
                // The bytes as they lie.
                prop_assert_eq!(cast.tobytes(order).unwrap(), raw.as_slice());
                for axes in [None, Some(&[len][..])] {
                    let back = cast.cast_in(&format, axes, order).unwrap();
                    verify_cast(&back, &base, &format, &[len], Order::C);
                    prop_assert_eq!(back.tobytes(Order::C).unwrap(), raw.as_slice());
                }
                if all_axes.iter().filter(|&&extent| extent > 1).count() > 1 {
                    let other = if order == Order::C { Order::F } else { Order::C };
                    prop_assert!(cast.cast_in(&format, None, other).is_err());
                }
            }
        }
        Ok(())
    });
}

#[test]
fn an_empty_row_is_cast() {
    let none = nd(&ints([1, 2, 3]), &[0], "B", NdFlags::DEFAULT);
    let cast = view(&none).cast("d", None).unwrap();
    assert_eq!((cast.shape(), cast.tolist()), (Ok(&[0][..]), Ok(Value::List(vec![]))));
    let refused = view(&none).cast("d", Some(&[0])).err();
    assert_eq!(refused, Some(BufferError::CastEmpty { shape: vec![0] }));
}
