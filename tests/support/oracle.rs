//! The truth, index by index: one line of arithmetic per item.

use stridewise::{Complex, Element, ElementType, F16, Format, Layout, Mode};

/// The byte offset of every item, in C order.
pub(crate) fn offsets(layout: &Layout) -> Vec<isize> {
    let (shape, strides) = (layout.shape(), layout.strides());
    let mut offsets = Vec::new();
    if shape.contains(&0) {
        return offsets;
    }
    let mut index = vec![0usize; shape.len()];
    loop {
        let steps = index.iter().zip(strides).map(|(&i, &stride)| i as isize * stride);
        offsets.push(layout.offset() + steps.sum::<isize>());
        // The next index: the last axis that has one more, those after it
        // from the start.
        let Some(axis) = (0..shape.len()).rev().find(|&axis| index[axis] + 1 < shape[axis]) else {
            return offsets;
        };
        index[axis] += 1;
        index[axis + 1..].fill(0);
    }
}

/// The address of every item, in C order, as the buffer protocol finds it.
///
/// # Safety
/// The layout's pointers may be followed from `start`.
pub(crate) unsafe fn addresses(start: *const u8, layout: &Layout) -> Vec<*const u8> {
    let (shape, strides, suboffsets) = (layout.shape(), layout.strides(), layout.suboffsets());
    let address = |position| {
        let mut at = start.wrapping_offset(layout.offset());
        for (axis, &i) in index(position, shape).iter().enumerate() {
            at = at.wrapping_offset(strides[axis].wrapping_mul(i as isize));
            if suboffsets.get(axis).is_some_and(|&suboffset| suboffset >= 0) {
                // SAFETY: the caller's.
                at = unsafe { at.cast::<*const u8>().read_unaligned() }
                    .wrapping_offset(suboffsets[axis]);
            }
        }
        at
    };
    (0..layout.len()).map(address).collect()
}

/// The index of an item from its position in C order.
pub(crate) fn index(mut position: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (i, &extent) in index.iter_mut().zip(shape).rev() {
        (*i, position) = (position % extent, position / extent);
    }
    index
}

fn item(memory: &[u8], offset: isize, itemsize: usize) -> &[u8] {
    &memory[offset as usize..][..itemsize]
}

/// The items in C order, without gaps.
pub(crate) fn c_bytes(memory: &[u8], layout: &Layout) -> Vec<u8> {
    let size = layout.itemsize();
    offsets(layout).iter().flat_map(|&at| item(memory, at, size)).copied().collect()
}

/// Puts items, which come in C order, where a layout has them.
pub(crate) fn place(memory: &mut [u8], layout: &Layout, items: &[u8]) {
    for (at, item) in offsets(layout).into_iter().zip(items.chunks(layout.itemsize())) {
        memory[at as usize..][..item.len()].copy_from_slice(item);
    }
}

/// Copies as if the source had been read first.
pub(crate) fn copy(dst: &mut [u8], to: &Layout, src: &[u8], from: &Layout) {
    place(dst, to, &c_bytes(src, from));
}

/// What the parts of an item are when they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Bits,
    Truth,
    Half,
    Single,
    Double,
    SinglePair,
    DoublePair,
}

/// An element type, and what the oracle knows of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) element: ElementType,
    pub(crate) part: Part,
    /// Bytes of a part.
    pub(crate) size: usize,
}

/// Element types of every class, several sizes of those without one.
pub(crate) fn kinds() -> Vec<Kind> {
    fn of<T: Element>(part: Part, size: usize) -> Kind {
        Kind { element: ElementType::of::<T>(), part, size }
    }
    let coded = |code, part, size| {
        let element = Format::from_code(code).expect("a format").into();
        Kind { element, part, size }
    };
    let mut kinds = vec![
        coded('?', Part::Truth, 1),
        coded('e', Part::Half, 2),
        coded('f', Part::Single, 4),
        coded('d', Part::Double, 8),
        of::<F16>(Part::Half, 2),
        of::<f32>(Part::Single, 4),
        of::<f64>(Part::Double, 8),
        of::<Complex<f32>>(Part::SinglePair, 8),
        of::<Complex<f64>>(Part::DoublePair, 16),
        of::<[f32; 3]>(Part::Single, 4),
        of::<[F16; 5]>(Part::Half, 2),
        of::<[f64; 9]>(Part::Double, 8),
        of::<[[Complex<f32>; 2]; 2]>(Part::SinglePair, 8),
        of::<u32>(Part::Bits, 4),
        of::<i64>(Part::Bits, 8),
        coded('P', Part::Bits, size_of::<usize>()),
        coded('c', Part::Bits, 1),
    ];
    let raw = |size| Kind { element: ElementType::bytes(size), part: Part::Bits, size };
    kinds.extend([1, 2, 3, 5, 8, 12, 16, 17, 24, 31, 33, 64, 100].map(raw));
    kinds
}

/// The value of a half, from its definition.
pub(crate) fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let size = match exponent {
        0 => fraction * 2f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    };
    if bits >> 15 == 1 { -size } else { size }
}

impl Part {
    /// The numbers of a part: one, or the two of a pair.
    fn numbers(self, bytes: &[u8]) -> Vec<f64> {
        let single = |b: &[u8]| f64::from(f32::from_ne_bytes(b.try_into().expect("4 bytes")));
        let double = |b: &[u8]| f64::from_ne_bytes(b.try_into().expect("8 bytes"));
        match self {
            Part::Bits | Part::Truth => unreachable!("these are not numbers"),
            Part::Half => vec![half(u16::from_ne_bytes(bytes.try_into().expect("2 bytes")))],
            Part::Single | Part::SinglePair => bytes.chunks(4).map(single).collect(),
            Part::Double | Part::DoublePair => bytes.chunks(8).map(double).collect(),
        }
    }

    /// Whether two parts are equal.
    fn equal(self, a: &[u8], b: &[u8], mode: Mode) -> bool {
        match (mode, self) {
            (Mode::Bits, _) | (_, Part::Bits) => a == b,
            (_, Part::Truth) => (a[0] != 0) == (b[0] != 0),
            _ => {
                let (a, b) = (self.numbers(a), self.numbers(b));
                let nan = |numbers: &[f64]| numbers.iter().any(|x| x.is_nan());
                a == b || (mode == Mode::NanEqual && nan(&a) && nan(&b))
            }
        }
    }
}

impl Kind {
    /// Whether two items are equal: all their parts are.
    pub(crate) fn equal(self, a: &[u8], b: &[u8], mode: Mode) -> bool {
        a.chunks(self.size).zip(b.chunks(self.size)).all(|(a, b)| self.part.equal(a, b, mode))
    }

    /// The first index, in C order, at which items differ.
    pub(crate) fn first_mismatch(
        self,
        (a, a_layout): (&[u8], &Layout),
        (b, b_layout): (&[u8], &Layout),
        mode: Mode,
    ) -> Option<Vec<usize>> {
        let size = a_layout.itemsize();
        let pairs = offsets(a_layout).into_iter().zip(offsets(b_layout));
        let differ = |(i, j)| !self.equal(item(a, i, size), item(b, j, size), mode);
        pairs.map(differ).position(|differ| differ).map(|at| index(at, a_layout.shape()))
    }
}

#[test]
fn offsets_of_literals() {
    let of = |shape: &[usize], strides: &[isize], offset| {
        offsets(&Layout::new(shape, strides, 1, offset).unwrap())
    };
    assert_eq!(of(&[], &[], 5), [5]);
    assert_eq!(of(&[3], &[-2], 4), [4, 2, 0]);
    assert_eq!(of(&[2, 3], &[10, 1], 0), [0, 1, 2, 10, 11, 12]);
    assert_eq!(of(&[2, 3], &[1, 10], 7), [7, 17, 27, 8, 18, 28]);
    assert_eq!(of(&[2, 1, 2], &[0, isize::MAX, 3], 1), [1, 4, 1, 4]);
    assert!(of(&[2, 0], &[isize::MAX, isize::MIN], 9).is_empty());
}

#[test]
fn addresses_of_literals() {
    let (upper, lower) = ([0u8; 6], [0u8; 6]);
    let (upper, lower) = (upper.as_ptr(), lower.as_ptr());
    let table = [lower, upper];
    let pointer = size_of::<usize>() as isize;
    let of = |shape: &[usize], strides: &[isize], suboffsets: &[isize], offset| {
        let layout = Layout::indirect(shape, strides, suboffsets, 1, offset).unwrap();
        // SAFETY: two pointers to six bytes.
        unsafe { addresses(table.as_ptr().cast(), &layout) }
    };
    let items = |of: &[(*const u8, usize)]| -> Vec<*const u8> {
        of.iter().map(|&(row, at)| row.wrapping_add(at)).collect()
    };
    let forward = of(&[2, 2], &[pointer, 3], &[1, -1], 0);
    assert_eq!(forward, items(&[(lower, 1), (lower, 4), (upper, 1), (upper, 4)]));
    let backward = of(&[2, 2], &[-pointer, -1], &[5, -1], pointer);
    assert_eq!(backward, items(&[(upper, 5), (upper, 4), (lower, 5), (lower, 4)]));
    assert_eq!(of(&[1, 1], &[isize::MAX, isize::MIN], &[0, -1], 0), [lower]);
    assert!(of(&[2, 0], &[pointer, 1], &[0, -1], 99).is_empty());
}

#[test]
fn items_of_literals() {
    let columns = Layout::new(&[3, 2], &[2, 6], 2, 1).unwrap();
    let memory: Vec<u8> = (0..14).collect();
    assert_eq!(c_bytes(&memory, &columns), [1, 2, 7, 8, 3, 4, 9, 10, 5, 6, 11, 12]);
    let mut back = [99; 14];
    place(&mut back, &columns, &c_bytes(&memory, &columns));
    assert_eq!(back, [99, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 99]);
    let mut reversed = [0, 1, 2, 3];
    let (up, down) = (Layout::new(&[3], &[1], 1, 1), Layout::new(&[3], &[-1], 1, 2));
    let src = reversed;
    copy(&mut reversed, &up.unwrap(), &src, &down.unwrap());
    assert_eq!(reversed, [0, 2, 1, 0]);
    assert_eq!((0..6).map(|at| index(at, &[2, 3])).nth(4), Some(vec![1, 1]));
}

#[test]
fn halves_of_literals() {
    let literals = [
        (0x0000, 0.0),
        (0x0001, 2f64.powi(-24)),
        (0x0400, 2f64.powi(-14)),
        (0x3c00, 1.0),
        (0xc000, -2.0),
        (0x7bff, 65504.0),
        (0xfc00, f64::NEG_INFINITY),
    ];
    for (bits, value) in literals {
        assert_eq!(half(bits), value, "{bits:#06x}");
    }
    assert!(half(0x7c01).is_nan() && half(0xfe00).is_nan() && half(0x8000).is_sign_negative());
}

#[test]
fn equality_of_literals() {
    use Mode::{Bits, NanEqual, Values};
    let holds = |part, a: &[u8], b: &[u8]| {
        let kind = Kind { element: ElementType::bytes(a.len()), part, size: a.len() };
        [Values, Bits, NanEqual].map(|mode| kind.equal(a, b, mode))
    };
    let single = |x: f32| x.to_ne_bytes();
    assert_eq!(holds(Part::Bits, &[1, 2], &[1, 2]), [true; 3]);
    assert_eq!(holds(Part::Truth, &[1], &[2]), [true, false, true]);
    assert_eq!(holds(Part::Truth, &[0], &[2]), [false; 3]);
    assert_eq!(holds(Part::Single, &single(0.0), &single(-0.0)), [true, false, true]);
    let nan = single(f32::NAN);
    assert_eq!(holds(Part::Single, &nan, &nan), [false, true, true]);
    assert_eq!(holds(Part::Single, &nan, &single(-f32::NAN)), [false, false, true]);
    assert_eq!(holds(Part::Single, &nan, &single(1.0)), [false; 3]);
    let pair = |re, im| [single(re), single(im)].concat();
    let (a, b) = (pair(f32::NAN, 1.0), pair(2.0, f32::NAN));
    assert_eq!(holds(Part::SinglePair, &a, &b), [false, false, true]);
    assert_eq!(holds(Part::SinglePair, &pair(-0.0, 1.0), &pair(0.0, 1.0)), [true, false, true]);
    assert_eq!(holds(Part::SinglePair, &pair(0.0, 1.0), &pair(0.0, 2.0)), [false; 3]);
}

#[test]
fn kinds_know_their_sizes() {
    for kind in kinds() {
        assert_eq!(kind.element.itemsize() % kind.size, 0, "{}", kind.element);
    }
}
