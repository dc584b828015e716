//! Planes of several axes, plain and streamed, against their definition.

use super::{Random, for_each_level};
use stridewise_kernels::copy::Axis;
use stridewise_kernels::equal::{Class, Equal, Mode};
use stridewise_kernels::transpose::{Distance, Plane, Transpose};

const CANARY: u8 = 0xa5;

/// All offsets of a group on one side, in the order of its rows.
fn offsets(axes: &[Axis], step: impl Fn(&Axis) -> isize) -> Vec<isize> {
    axes.iter().fold(vec![0], |offsets, axis| {
        offsets
            .iter()
            .flat_map(|o| (0..axis.extent as isize).map(|i| o + i * step(axis)).collect::<Vec<_>>())
            .collect()
    })
}

/// Up to three axes with `step` gapless on the running side, and on the
/// other side steps that leave room for `width` bytes.
fn group(
    item: usize,
    extents: &[usize],
    width: usize,
    gap: usize,
    mirror: bool,
    swap: bool,
) -> Vec<(usize, isize, isize)> {
    let mut axes = Vec::new();
    let mut run = item as isize;
    let mut other = (width + gap) as isize;
    let order: Vec<usize> =
        if swap { (0..extents.len()).rev().collect() } else { (0..extents.len()).collect() };
    let mut others = vec![0; extents.len()];
    for &at in &order {
        others[at] = if mirror { -other } else { other };
        other *= extents[at] as isize;
    }
    for (at, &extent) in extents.iter().enumerate() {
        axes.push((extent, run, others[at]));
        run *= extent as isize;
    }
    axes.reverse();
    axes
}

#[test]
fn planes_match_their_definition() {
    for_each_level(|level| {
        let (mut random, mut split, mut pairs) = (Random(7), 0, [0; 5]);
        for item in [1usize, 2, 4, 8, 16, 3, 5, 6, 7, 12, 24, 33, 64] {
            for round in 0..96 {
                let distance =
                    [Distance::Core, Distance::Caches, Distance::Memory, Distance::FollowedMemory]
                        [round / 6 % 4];
                let stream = round % 2 == 0;
                let extents = |random: &mut Random, big: usize| -> Vec<usize> {
                    match random.within(0, 2) {
                        0 => vec![random.within(1, big)],
                        1 => vec![random.within(1, 13), random.within(1, big / 8)],
                        _ => vec![
                            random.within(1, 5),
                            random.within(1, 6),
                            random.within(1, big / 20),
                        ],
                    }
                };
                let (r, c) = match round % 5 {
                    1 => ([random.within(1, 64)].into(), [random.within(1, 64)].into()),
                    _ => (
                        extents(&mut random, 900 / item.min(4)),
                        extents(&mut random, if item < 3 { 600 } else { 200 }),
                    ),
                };
                let (nr, nc) = (r.iter().product::<usize>(), c.iter().product::<usize>());
                // Destination rows often a multiple of a line apart.
                let lines = stream && distance == Distance::FollowedMemory;
                let width = if random.within(0, 1) == 0 || lines && round % 8 != 0 {
                    (nr * item).next_multiple_of(64)
                } else {
                    nr * item + random.within(0, 3)
                };
                let flag = |random: &mut Random| random.within(0, 1) == 1;
                // The same of the source's.
                let (along, gap) = match round % 4 {
                    1 => ((nc * item).next_multiple_of(64), 0),
                    _ => (nc * item, random.within(0, 2) * 8),
                };
                let rows: Vec<Axis> =
                    group(item, &r, along, gap, flag(&mut random), flag(&mut random))
                        .into_iter()
                        .map(|(extent, dst, src)| Axis { extent, dst, src })
                        .collect();
                let columns: Vec<Axis> =
                    group(item, &c, width, 0, flag(&mut random), flag(&mut random))
                        .into_iter()
                        .map(|(extent, src, dst)| Axis { extent, dst, src })
                        .collect();
                let (row_dst, row_src) = (offsets(&rows, |a| a.dst), offsets(&rows, |a| a.src));
                let (col_dst, col_src) =
                    (offsets(&columns, |a| a.dst), offsets(&columns, |a| a.src));
                let low =
                    |a: &[isize], b: &[isize]| a.iter().min().unwrap() + b.iter().min().unwrap();
                let high = |a: &[isize], b: &[isize]| {
                    a.iter().max().unwrap() + b.iter().max().unwrap() + item as isize
                };
                let (sl, sh) = (low(&row_src, &col_src), high(&row_src, &col_src));
                let (dl, dh) = (low(&row_dst, &col_dst), high(&row_dst, &col_dst));
                // Anywhere in a line, and up to the end of what is allocated.
                let lead = random.within(0, 63);
                let bytes: Vec<u8> =
                    (0..sh - sl + lead as isize).map(|_| random.next() as u8).collect();
                let src = &bytes[lead..];
                let room = 256usize;
                let mut dst = vec![CANARY; (dh - dl) as usize + 2 * room];
                // Sometimes on a line, sometimes anywhere.
                let shift = if random.within(0, 1) == 0 || lines && round % 8 != 0 {
                    dst.as_ptr().align_offset(64)
                } else {
                    random.within(0, 63)
                };
                let origin = (room / 2 + shift) as isize - dl;
                let units: Vec<usize> = (1..item).filter(|unit| item % unit == 0).collect();
                let swap = match round % 3 {
                    0 if item > 1 && item <= 16 => units[random.within(0, units.len() - 1)],
                    _ => 0,
                };
                let mut expected = dst.clone();
                for (i, (rd, rs)) in row_dst.iter().zip(&row_src).enumerate() {
                    let _ = i;
                    for (cd, cs) in col_dst.iter().zip(&col_src) {
                        let (to, from) = ((origin + rd + cd) as usize, (rs + cs - sl) as usize);
                        for at in 0..item {
                            let unit = if swap == 0 { item } else { swap };
                            let mirrored = item - unit - at / unit * unit + at % unit;
                            expected[to + at] = src[from + mirrored];
                        }
                    }
                }
                // Any outer axes may as well be around several planes.
                let outer = |random: &mut Random, axes: &[Axis]| match random.within(0, 3) {
                    0 if !lines => random.within(0, axes.len() - 1),
                    _ => 0,
                };
                let (k, j) = (outer(&mut random, &rows), outer(&mut random, &columns));
                let around = [&rows[..k], &columns[..j]].concat();
                let one =
                    Plane { rows: &rows, columns: &columns, around: &[], distance, stream, swap };
                let plane =
                    Plane { rows: &rows[k..], columns: &columns[j..], around: &around, ..one };
                let transpose = Transpose::new(level, item);
                // SAFETY: inside the buffer.
                let from = unsafe { src.as_ptr().offset(-sl) };
                let before = from.addr().wrapping_neg() % 64;
                let alike = distance > Distance::Core
                    && c.len() == 1
                    && rows.iter().all(|axis| axis.src % 64 == 0);
                let whole = before > 0 && before % item == 0 && before < nc * item;
                split += usize::from(alike && whole && around.is_empty());
                // SAFETY: inside the buffer.
                let to = unsafe { dst.as_ptr().offset(origin) };
                if lines
                    && around.is_empty()
                    && item.is_power_of_two()
                    && item <= 16
                    && columns.iter().all(|axis| axis.dst % 64 == 0)
                    && nc * item >= 64
                    && to.addr() % item == 0
                    && nr * item >= to.align_offset(64) + 128
                {
                    pairs[item.ilog2() as usize] += 1;
                }
                // SAFETY: K1 by the level; the buffers hold all offsets.
                unsafe {
                    transpose.run(
                        dst.as_mut_ptr().offset(origin),
                        src.as_ptr().offset(-sl),
                        &plane,
                    );
                }
                transpose.fence();
                assert!(dst == expected, "{level} {item} {plane:?}");

                let equal = Equal::new(level, Class::Bits, Mode::Bits);
                // SAFETY: as above.
                let same = |dst: &[u8]| unsafe {
                    let left = dst.as_ptr().offset(origin);
                    transpose.equal(left, src.as_ptr().offset(-sl), &plane, equal)
                };
                assert!(same(&dst), "{level} {item} {plane:?}");
                // What lies around the items is not looked at.
                let any = |random: &mut Random, of: &[isize]| of[random.within(0, of.len() - 1)];
                let first = origin + any(&mut random, &row_dst) + any(&mut random, &col_dst);
                let at = first as usize + random.within(0, item - 1);
                dst[at] ^= 1;
                assert!(!same(&dst), "{level} {item} {plane:?} at byte {at}");
            }
        }
        assert!(split > 0, "no source started within a line");
        assert!(pairs.iter().all(|&n| n > 4), "{pairs:?} planes in pairs of lines");
    });
}
