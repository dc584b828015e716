use super::*;
use crate::{Format, Order};
use std::string::ToString;
use std::vec;

#[track_caller]
fn says(error: impl Into<Error> + core::error::Error, text: &str) {
    assert_eq!(error.to_string(), text);
    // The umbrella adds nothing.
    assert_eq!(error.into().to_string(), text);
}

#[test]
fn layout_errors_say_their_values() {
    use LayoutError::*;
    let (shape, strides) = (vec![2, 3], vec![24, -8]);
    says(RankTooLarge { ndim: 65, max: 64 }, "65 axes are more than the 64 allowed");
    says(RankMismatch { shape: 2, strides: 1 }, "shape has 2 axes but strides has 1");
    says(SuboffsetMismatch { shape: 2, suboffsets: 3 }, "shape has 2 axes but suboffsets has 3");
    says(ZeroItemsize, "itemsize is 0");
    says(
        ExtentOverflow { shape: shape.clone(), itemsize: 8 },
        "shape [2, 3] of 8-byte items overflows isize",
    );
    says(
        SpanOverflow { shape: shape.clone(), strides: strides.clone(), offset: -1 },
        "shape [2, 3] with strides [24, -8] from offset -1 overflows isize",
    );
    says(
        SpanOutside { start: -8, end: 16, len: 12 },
        "bytes -8..16 are touched but the allocation is 0..12",
    );
    says(
        SelfOverlap { shape: shape.clone(), strides: strides.clone(), itemsize: 9 },
        "9-byte items of shape [2, 3] with strides [24, -8] overlap each other",
    );
    says(
        ItemsizeMismatch { layout: 3, element: 4 },
        "itemsize is 3 but the element type takes 4 bytes",
    );
    says(Misaligned { address: 18, align: 4 }, "address 0x12 is not a multiple of 4");
    says(StepZero { axis: 1 }, "slice step along axis 1 is 0");
    says(AxisOutside { axis: 2, ndim: 2 }, "axis 2 is outside the 2 axes");
    says(AxesOutside { start: 1, end: 4, ndim: 3 }, "axes 1..4 are outside the 3 axes");
    says(IndexOutside { axis: 0, index: -3, extent: 2 }, "index -3 is outside axis 0 of extent 2");
    says(NotAPermutation { axes: vec![0, 0], ndim: 2 }, "[0, 0] is not a permutation of 2 axes");
    says(
        Indirect { axis: 1, suboffset: 8 },
        "axis 1 ends in pointers (suboffset 8) to unknown memory",
    );
    says(
        PointerNeeded { axis: 1, suboffset: 8 },
        "axis 1 ends in pointers (suboffset 8) that a layout cannot follow",
    );
    says(NegativeSuboffset { axis: 0, suboffset: -3 }, "suboffset -3 of axis 0 would be negative");
    says(
        PointerOrder { axes: vec![1, 0], suboffsets: vec![0, -1] },
        "axes in the order [1, 0] change places with pointers at suboffsets [0, -1]",
    );
    says(
        CannotBroadcast { from: shape.clone(), to: vec![2, 4] },
        "shape [2, 3] does not broadcast to [2, 4]",
    );
    says(
        CannotSplit { axis: 1, extent: 3, into: vec![2, 2] },
        "axis 1 of extent 3 does not split into [2, 2]",
    );
    says(
        CannotSplitItem { itemsize: 12, size: 5 },
        "items of 12 bytes do not split into parts of 5 bytes",
    );
    says(
        CannotMerge { shape: shape.clone(), strides: strides.clone() },
        "axes of shape [2, 3] with strides [24, -8] do not merge",
    );
    says(
        SizeMismatch { from: shape.clone(), to: vec![5] },
        "shapes [2, 3] and [5] hold different numbers of items",
    );
    says(NoParts, "no parts to make an array of");
    says(
        CannotReshape { shape, strides, to: vec![6] },
        "shape [2, 3] with strides [24, -8] does not become [6] without a copy",
    );
}

#[test]
fn mismatch_errors_name_destination_first() {
    use MismatchError::{Itemsize, Planned, Rank, Shape, Type};
    says(Rank { dst: 1, src: 2 }, "1 axes do not match 2 axes");
    says(Shape { dst: vec![], src: vec![0] }, "shape [] does not match shape [0]");
    says(Itemsize { dst: 4, src: 8 }, "itemsize 4 does not match itemsize 8");
    says(
        Type { dst: ElementType::of::<f32>(), src: ElementType::bytes(3) },
        "items of type f32 do not match items of type 3 bytes",
    );
    let [dst, src] = ["<i", ">q"].map(|text| Format::parse(text).unwrap());
    says(MismatchError::Format { dst, src }, "format \"<i\" does not match format \">q\"");
    let [planned, given] =
        [Order::C, Order::F].map(|order| Box::new(Layout::contiguous(&[2, 3], 4, order).unwrap()));
    says(
        Planned { planned: planned.clone(), given },
        "planned for shape [2, 3], strides [12, 4], itemsize 4 \
         but given shape [2, 3], strides [4, 8], itemsize 4",
    );
    let part = Box::new(Layout::indirect(&[2, 3], &[8, 4], &[0, -1], 4, 0).unwrap());
    says(
        MismatchError::Parts { first: planned, part },
        "the first part has shape [2, 3], strides [12, 4], itemsize 4 \
         but another shape [2, 3], strides [8, 4], itemsize 4, suboffsets [0, -1]",
    );
}

#[test]
fn other_errors_say_their_values() {
    says(LevelError::Unknown { name: "v9".into() }, "no level is called \"v9\"");
    says(
        LevelError::Unavailable { name: "neon".into(), best: "v3" },
        "level neon is not available: the best here is v3",
    );
    says(AllocError { bytes: 7 }, "allocation of 7 bytes failed");
}

#[test]
fn format_errors_say_their_values() {
    use FormatError::*;
    let format = || "T{".to_string();
    says(Unknown { format: format(), at: 2 }, "unknown format \"T{\" at byte 2");
    says(TooLarge { format: format() }, "items of format \"T{\" overflow isize");
    says(TooDeep { format: format(), max: 64 }, "format \"T{\" has more than 64 levels");
    says(Length { format: "i".into(), expected: 4, given: 3 }, "format \"i\" takes 4 bytes, not 3");
    says(
        Count { format: "2i".into(), expected: 2, given: 3 },
        "format \"2i\" takes 2 values, not 3",
    );
    says(
        Type { format: "i".into(), expected: "an integer", value: "1.5".into() },
        "format \"i\" takes an integer, not 1.5",
    );
    says(Range { format: "b".into(), value: "128".into() }, "128 is out of range for format \"b\"");
}
