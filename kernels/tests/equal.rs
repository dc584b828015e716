//! `equal` against one item at a time.

use super::for_each_level;
use std::format;
use stridewise_kernels::Level;
use stridewise_kernels::copy::{Axis, Block};
use stridewise_kernels::equal::{Class, Equal, Mode};

const CLASSES: [Class; 7] =
    [Class::Bits, Class::Bool, Class::F16, Class::F32, Class::F64, Class::C32, Class::C64];
const MODES: [Mode; 3] = [Mode::Values, Mode::Bits, Mode::NanEqual];

/// The value of a binary16, by its definition.
fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(bits >> 10 & 31);
    let fraction = f64::from(bits & 1023) / 1024.0;
    sign * match exponent {
        0 => fraction * 2.0_f64.powi(-14),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction) * 2.0_f64.powi(exponent - 15),
    }
}

/// The float in `bytes`.
fn float(bytes: &[u8]) -> f64 {
    match bytes.len() {
        2 => half(u16::from_ne_bytes(bytes.try_into().unwrap())),
        4 => f64::from(f32::from_ne_bytes(bytes.try_into().unwrap())),
        _ => f64::from_ne_bytes(bytes.try_into().unwrap()),
    }
}

/// Whether two items are equal: the oracle.
fn item(class: Class, mode: Mode, a: &[u8], b: &[u8]) -> bool {
    let floats = |parts: usize| {
        let size = a.len() / parts;
        let a: Vec<f64> = a.chunks(size).map(float).collect();
        let b: Vec<f64> = b.chunks(size).map(float).collect();
        let nan = |v: &[f64]| v.iter().any(|x| x.is_nan());
        a == b || mode == Mode::NanEqual && nan(&a) && nan(&b)
    };
    match class {
        _ if mode == Mode::Bits => a == b,
        Class::Bits => a == b,
        Class::Bool => (a[0] != 0) == (b[0] != 0),
        Class::F16 | Class::F32 | Class::F64 => floats(1),
        Class::C32 | Class::C64 => floats(2),
    }
}

/// The offset of the first item that differs: the oracle.
fn first(class: Class, mode: Mode, a: &[u8], b: &[u8]) -> Option<usize> {
    let size = class.item_size();
    (0..a.len() / size)
        .map(|i| i * size)
        .find(|&at| !item(class, mode, &a[at..at + size], &b[at..at + size]))
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ x >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ x >> 31
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// Items of a class that are often special: zeros, infinities, NaNs.
fn part(class: Class, random: &mut Random) -> Vec<u8> {
    let pick = random.below(10);
    let payload = 1 + random.below(500) as u64;
    let sign = random.next() & 1;
    // Exponent bits of infinity, fraction bits, size.
    let (infinity, size) = match class {
        Class::Bits | Class::Bool => {
            return [[0, 1, 2, 127, 128, 255][random.below(6)]].to_vec();
        }
        Class::F16 => (0x7c00_u64, 2),
        Class::F32 | Class::C32 => (0x7f80_0000, 4),
        Class::F64 | Class::C64 => (0x7ff0_0000_0000_0000, 8),
    };
    let magnitude = match pick {
        0..3 => 0,
        3 => infinity,
        4 => infinity + payload,
        5 => infinity - 1,
        6 => payload,
        _ => random.next() % infinity,
    };
    let bits = magnitude | sign << (8 * size - 1);
    match size {
        2 => (bits as u16).to_ne_bytes().to_vec(),
        4 => (bits as u32).to_ne_bytes().to_vec(),
        _ => bits.to_ne_bytes().to_vec(),
    }
}

/// `bytes` bytes of such items.
fn items(class: Class, bytes: usize, random: &mut Random) -> Vec<u8> {
    let mut out = Vec::new();
    while out.len() < bytes {
        out.extend(part(class, random));
    }
    out
}

/// An item equal to `a` by `mode`, with other bytes if there is one.
fn alias(class: Class, mode: Mode, a: &[u8], random: &mut Random) -> Vec<u8> {
    for _ in 0..8 {
        let b = items(class, a.len(), random);
        if item(class, mode, a, &b) {
            return b;
        }
    }
    a.to_vec()
}

/// Runs `equal` on copies at odd addresses among guard bytes that differ.
fn check(equal: Equal, a: &[u8], b: &[u8], want: Option<usize>, shift: (usize, usize)) {
    let guarded = |run: &[u8], shift: usize, guard: u8| {
        let mut all = Vec::from_iter(std::iter::repeat_n(guard, shift + 64));
        all.extend(run);
        all.extend([guard; 64]);
        all
    };
    let (p, q) = (guarded(a, shift.0, 0x55), guarded(b, shift.1, 0xaa));
    let (p, q) = (&raw const p[shift.0 + 64], &raw const q[shift.1 + 64]);
    // SAFETY: K2, both have `a.len()` bytes there.
    let (run, found) = unsafe { (equal.run(p, q, a.len()), equal.first_mismatch(p, q, a.len())) };
    let context = || format!("{equal:?}, {} bytes, shifted {shift:?}", a.len());
    assert_eq!(run, want.is_none(), "{}", context());
    assert_eq!(found, want, "{}", context());
}

/// Checks at every level and in every mode against the oracle.
fn check_all(class: Class, a: &[u8], b: &[u8], shift: (usize, usize)) {
    for mode in MODES {
        let want = first(class, mode, a, b);
        for_each_level(|level| check(Equal::new(level, class, mode), a, b, want, shift));
    }
}

/// Numbers of items around the widths of vectors and blocks.
fn lengths() -> impl Iterator<Item = usize> {
    let around = |n: usize| n - 3..=n + 3;
    let long = [512, 1024, 1088, 2048, 4096].into_iter().flat_map(around);
    (0..=300).chain(long)
}

#[test]
fn oracle_on_literals() {
    let f32s = |a: f32, b: f32, mode| item(Class::F32, mode, &a.to_ne_bytes(), &b.to_ne_bytes());
    let nan = f32::from_bits(0x7fc0_0001);
    assert!(f32s(0.0, -0.0, Mode::Values) && !f32s(0.0, -0.0, Mode::Bits));
    assert!(!f32s(nan, nan, Mode::Values) && f32s(nan, nan, Mode::Bits));
    assert!(f32s(nan, -f32::NAN, Mode::NanEqual) && !f32s(nan, 1.0, Mode::NanEqual));
    assert!(f32s(f32::INFINITY, f32::INFINITY, Mode::Values));

    let halves = |a: u16, b: u16, mode| item(Class::F16, mode, &a.to_ne_bytes(), &b.to_ne_bytes());
    assert_eq!([half(0x3c00), half(0xc000), half(1)], [1.0, -2.0, 2.0_f64.powi(-24)]);
    assert!(halves(0, 0x8000, Mode::Values) && !halves(0x8000, 0x8001, Mode::Values));
    assert!(halves(0x7c00, 0x7c00, Mode::Values) && !halves(0x7c00, 0xfc00, Mode::NanEqual));
    assert!(!halves(0x7c01, 0x7c01, Mode::Values) && halves(0x7c01, 0xfe00, Mode::NanEqual));

    let pair = |re: f32, im: f32| [re.to_ne_bytes(), im.to_ne_bytes()].concat();
    let (x, y) = (pair(nan, 1.0), pair(2.0, f32::NAN));
    assert!(!item(Class::C32, Mode::Values, &x, &x) && item(Class::C32, Mode::NanEqual, &x, &y));
    assert!(!item(Class::C32, Mode::NanEqual, &x, &pair(2.0, 1.0)));
    assert!(item(Class::C32, Mode::Values, &pair(0.0, 1.0), &pair(-0.0, 1.0)));

    assert!(item(Class::Bool, Mode::Values, &[1], &[255]));
    assert!(!item(Class::Bool, Mode::Bits, &[1], &[255]));
    assert!(!item(Class::Bool, Mode::NanEqual, &[0], &[128]));
    assert_eq!(first(Class::F32, Mode::Values, &pair(1.0, nan), &pair(1.0, nan)), Some(4));
}

#[test]
fn equal_every_pair_of_halves_and_bools() {
    // Every binary16 against a few, and every byte against every byte.
    for a in (0..=u16::MAX).map(u16::to_ne_bytes) {
        for b in [0x8000, 0x3c00, 0xfc00, 0x7c01_u16].map(u16::to_ne_bytes) {
            for mode in [Mode::Values, Mode::NanEqual] {
                let want = item(Class::F16, mode, &a, &b);
                for_each_level(|level| {
                    let equal = Equal::new(level, Class::F16, mode);
                    // SAFETY: K2, two bytes.
                    let got = unsafe { equal.run(a.as_ptr(), b.as_ptr(), 2) };
                    assert_eq!(got, want, "{equal:?} {a:?} {b:?}");
                });
            }
        }
    }
    for a in 0..=255_u8 {
        for b in 0..=255_u8 {
            check_all(Class::Bool, &[a], &[b], (0, 0));
        }
    }
}

#[test]
fn equal_items_with_other_bytes_at_every_length() {
    let mut random = Random(1);
    for class in CLASSES {
        let size = class.item_size();
        for count in lengths() {
            let a = items(class, count * size, &mut random);
            for mode in MODES {
                let b: Vec<u8> =
                    a.chunks(size).flat_map(|a| alias(class, mode, a, &mut random)).collect();
                let want = first(class, mode, &a, &b);
                let shift = (random.below(65), random.below(65));
                for_each_level(|level| check(Equal::new(level, class, mode), &a, &b, want, shift));
            }
            let b = items(class, count * size, &mut random);
            check_all(class, &a, &b, (random.below(65), random.below(65)));
        }
    }
}

#[test]
fn equal_sees_a_flipped_byte_at_every_position_of_short_runs() {
    let mut random = Random(2);
    for class in CLASSES {
        let size = class.item_size();
        let lengths = (1..=72).chain([100, 128, 160, 208]);
        for bytes in lengths.filter(|n| n % size == 0) {
            let a = items(class, bytes, &mut random);
            for at in 0..a.len() {
                let mut b = a.clone();
                b[at] ^= 1 << random.below(8);
                check_all(class, &a, &b, (random.below(65), random.below(65)));
            }
        }
    }
}

/// Ordinary numbers only, so that the flip is what differs.
#[test]
fn equal_sees_a_flipped_byte_anywhere_in_long_runs() {
    let mut random = Random(3);
    for class in CLASSES {
        let size = class.item_size();
        for bytes in [1000, 1024, 1088, 1104, 3000, 4096, 5008, 8192] {
            let bytes = bytes - bytes % size;
            let a = vec![0x11_u8; bytes];
            for _ in 0..30 {
                let mut b = a.clone();
                for _ in 0..=random.below(2) {
                    b[random.below(bytes)] ^= 1 << random.below(8);
                }
                check_all(class, &a, &b, (random.below(65), random.below(65)));
            }
        }
    }
}

#[test]
fn a_single_nan_in_a_long_run_decides() {
    let mut a = vec![0x11_u8; 4096 + 40];
    for at in (0..a.len()).step_by(8 * 7) {
        a[at..at + 8].copy_from_slice(&(f64::NAN).to_ne_bytes());
        let mut b = a.clone();
        b[at..at + 8].copy_from_slice(&(-f64::NAN).to_ne_bytes());
        check_all(Class::F64, &a, &b, (at % 65, at % 61));
        check_all(Class::F64, &a, &a, (at % 65, at % 65));
        a[at..at + 8].fill(0x11);
    }
}

#[test]
fn rows_that_are_read_side_by_side_are_the_same_rows() {
    for_each_level(|level| {
        for (class, mode) in [(Class::Bits, Mode::Bits), (Class::F32, Mode::NanEqual)] {
            let equal = Equal::new(level, class, mode).side_by_side();
            for bytes in [0, 4, 60, 64, 68, 128, 300] {
                let (forth, back) = (bytes + 12, -(bytes as isize) - 64);
                let a = vec![0x11_u8; 40 * forth];
                let b = vec![0x11_u8; 40 * back.unsigned_abs()];
                let beside = |b: &[u8], rows: usize| {
                    let last = &raw const b[39 * back.unsigned_abs()];
                    // SAFETY: K2, K4: up to 40 rows of both.
                    unsafe { equal.rows(a.as_ptr(), forth as isize, last, back, rows, bytes) }
                };
                assert!((0..=40).all(|rows| beside(&b, rows)), "{equal:?} {bytes}");
                for row in (0..40).filter(|_| bytes > 0) {
                    let at = Random(row as u64).below(bytes);
                    for at in [0, at, bytes - 1] {
                        let mut c = b.clone();
                        c[(39 - row) * back.unsigned_abs() + at] ^= 0x80;
                        assert!(!beside(&c, 40) && !beside(&c, row + 1), "{equal:?} {bytes} {row}");
                        assert!(beside(&c, row), "{equal:?} {bytes} {row}");
                    }
                }
            }
        }
    });
}

#[test]
fn rows_compare_what_the_strides_name() {
    for_each_level(|level| {
        let equal = Equal::new(level, Class::F32, Mode::Values);
        for bytes in [0, 4, 12, 64, 100, 1200] {
            for pad in [0, 3, 65] {
                let stride = bytes + pad;
                let a: Vec<u8> = std::iter::repeat_n(0x11, 5 * stride + 1).collect();
                // The padding differs, and the rows of `b` go backwards.
                let mut b: Vec<u8> = std::iter::repeat_n(0x22, 5 * stride + 1).collect();
                (0..5).for_each(|row| b[row * stride..][..bytes].fill(0x11));
                let rows = |a: &[u8], b: &[u8], rows| {
                    let last = &raw const b[4 * stride];
                    let back = -stride.cast_signed();
                    // SAFETY: K2, K4: up to five rows of both.
                    unsafe {
                        let forth = stride.cast_signed();
                        equal.rows(a.as_ptr(), forth, last, back, rows, bytes)
                    }
                };
                assert!(rows(&a, &b, 0) && rows(&a, &b, 5), "{equal:?} {bytes} {pad}");
                for row in (0..5).filter(|_| bytes > 0) {
                    let mut c = b.clone();
                    c[row * stride + Random(row as u64).below(bytes)] ^= 0x80;
                    assert!(!rows(&a, &c, 5), "{equal:?} {bytes} {pad} {row}");
                    assert_eq!(rows(&a, &c, 4), row == 0);
                }
            }
        }
    });
}

#[test]
fn equality_of_a_choice_ignores_the_code() {
    for_each_level(|level| {
        let a = Equal::new(level, Class::F32, Mode::Values);
        assert_eq!(a, Equal::new(level, Class::F32, Mode::Values));
        assert_ne!(a, Equal::new(level, Class::C32, Mode::Values));
        assert_ne!(a, Equal::new(level, Class::F32, Mode::Bits));
        let name = level.name();
        assert_eq!(
            format!("{a:?}"),
            format!("Equal {{ level: {name}, class: F32, mode: Values, .. }}")
        );
    });
}

#[test]
fn blocks_compare_where_the_items_lie() {
    let mut random = Random(4);
    for class in CLASSES {
        for parts in [1, 2, 3, 4, 5, 6, 7, 12, 16, 24, 33] {
            let size = parts * class.item_size();
            // Three by five of them, and the same by columns, apart.
            let a = items(class, 15 * size, &mut random);
            let a = &a[..15 * size];
            for mode in MODES {
                for flip in [None, Some(random.below(a.len())), Some(a.len() - 1), Some(0)] {
                    let step = size + 3;
                    let mut b = vec![0x55; 15 * step];
                    let at = |i: usize| (i % 5 * 3 + i / 5) * step;
                    for i in 0..15 {
                        b[at(i)..][..size].copy_from_slice(&a[i * size..][..size]);
                    }
                    if let Some(byte) = flip {
                        b[at(byte / size) + byte % size] ^= 1 << random.below(8);
                    }
                    let part = class.item_size();
                    let want = (0..15).all(|i| {
                        let (x, y) = (&a[i * size..][..size], &b[at(i)..][..size]);
                        let (mut x, mut y) = (x.chunks(part), y.chunks(part));
                        x.all(|x| item(class, mode, x, y.next().unwrap()))
                    });
                    let signed = usize::cast_signed;
                    let outer = Axis { extent: 3, dst: signed(5 * size), src: signed(step) };
                    let inner = Axis { extent: 5, dst: signed(size), src: signed(3 * step) };
                    let block = Block { item: size, outer, inner };
                    let equal = Equal::new(Level::detect(), class, mode);
                    // SAFETY: K2, K4: fifteen items of both.
                    let got = unsafe { equal.block(a.as_ptr(), b.as_ptr(), &block) };
                    assert_eq!(got, want, "{equal:?} {size} {flip:?}");
                }
            }
        }
    }
}
