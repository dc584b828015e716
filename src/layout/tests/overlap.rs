use super::{Random, offsets};
use crate::layout::{Direction, Layout, Order, Overlap, Slice, direction, direction_of};

fn share(a: isize, a_size: usize, b: isize, b_size: usize) -> bool {
    a < b + b_size as isize && b < a + a_size as isize
}

#[test]
fn prop_overlap_with_itself_agrees_with_trying() {
    let mut random = Random::new(11);
    let mut count = [0; 2];
    for _ in 0..10_000 {
        let shape = random.shape(4, 4);
        let layout = random.layout(&shape, 40);
        let (all, size) = (offsets(&layout), layout.itemsize());
        let tried = all
            .iter()
            .enumerate()
            .any(|(n, &a)| all[n + 1..].iter().any(|&b| share(a, size, b, size)));
        let expected = if tried { Overlap::Yes } else { Overlap::No };
        assert_eq!(layout.self_overlap(), expected, "{layout:?}");
        count[usize::from(tried)] += 1;
    }
    assert!(count.iter().all(|&n| n > 1000), "lopsided: {count:?}");
}

#[test]
fn prop_overlap_of_two_agrees_with_trying() {
    let mut random = Random::new(12);
    let mut count = [0; 2];
    for _ in 0..10_000 {
        let [a, b] = [0; 2].map(|_| {
            let shape = random.shape(3, 4);
            random.layout(&shape, 24)
        });
        let tried = offsets(&a)
            .iter()
            .any(|&i| offsets(&b).iter().any(|&j| share(i, a.itemsize(), j, b.itemsize())));
        let expected = if tried { Overlap::Yes } else { Overlap::No };
        assert_eq!(a.overlap(&b), expected, "{a:?} {b:?}");
        assert_eq!(b.overlap(&a), expected, "{b:?} {a:?}");
        count[usize::from(tried)] += 1;
    }
    assert!(count.iter().all(|&n| n > 1000), "lopsided: {count:?}");
}

fn tried_direction(dst: &Layout, src: &Layout) -> Direction {
    let (dst_at, src_at, size) = (offsets(dst), offsets(src), dst.itemsize());
    let (mut any, mut up, mut down) = (false, true, true);
    for (i, &d) in dst_at.iter().enumerate() {
        for (j, &s) in src_at.iter().enumerate() {
            if share(d, size, s, size) {
                any = true;
                up &= i >= j;
                down &= i <= j;
            }
        }
    }
    match (any, up, down) {
        (false, ..) => Direction::Disjoint,
        (_, true, _) => Direction::Ascending,
        (_, _, true) => Direction::Descending,
        _ => Direction::Neither,
    }
}

/// Two layouts of one shape and itemsize, often related.
fn pair(random: &mut Random) -> (Layout, Layout) {
    let shape = random.shape(3, 4);
    let dst = random.layout(&shape, 14);
    let (size, near) = (dst.itemsize(), dst.offset() + random.within(-9, 9));
    let strides = match random.below(4) {
        0 => dst.strides().to_vec(),
        1 => dst.strides().iter().map(|s| s.saturating_mul(2)).collect(),
        2 => {
            let mut strides = dst.strides().to_vec();
            if let Some(at) = (0..shape.len()).find(|&axis| shape[axis] > 1) {
                strides[at] = random.within(-14, 14);
            }
            strides
        }
        _ => random.layout(&shape, 14).strides().to_vec(),
    };
    let src = Layout::new(&shape, &strides, size, near).unwrap();
    (dst, src)
}

#[test]
fn prop_direction_agrees_with_trying() {
    let mut random = Random::new(13);
    let mut count = [0; 4];
    for _ in 0..20_000 {
        let (dst, src) = pair(&mut random);
        let tried = tried_direction(&dst, &src);
        assert_eq!(direction(&dst, &src), tried, "{dst:?} {src:?}");
        count[tried as usize] += 1;
    }
    assert!(count.iter().all(|&n| n > 500), "lopsided: {count:?}");
}

#[test]
fn prop_direction_gives_what_reading_first_gives() {
    let mut random = Random::new(14);
    for _ in 0..4000 {
        let (dst, src) = pair(&mut random);
        if dst.overlaps_itself() {
            continue;
        }
        let size = dst.itemsize();
        let memory: std::vec::Vec<u8> = (0..255).collect();
        let at = |offset: isize| (offset + 120) as usize..(offset + 120) as usize + size;
        let steps: std::vec::Vec<_> = offsets(&dst).into_iter().zip(offsets(&src)).collect();
        let mut expected = memory.clone();
        for &(d, s) in &steps {
            expected[at(d)].copy_from_slice(&memory[at(s)]);
        }
        let mut copied = memory.clone();
        let mut step = |&(d, s): &(isize, isize)| copied.copy_within(at(s), at(d).start);
        match direction(&dst, &src) {
            Direction::Disjoint | Direction::Ascending => steps.iter().for_each(&mut step),
            Direction::Descending => steps.iter().rev().for_each(&mut step),
            Direction::Neither => continue,
        }
        assert_eq!(copied, expected, "{dst:?} {src:?}");
    }
}

#[test]
fn shifts_run_away_from_the_source() {
    let image = Layout::contiguous(&[1000, 1000, 3], 1, Order::C).unwrap();
    let cut = |axis, from: isize, to| image.slice(axis, Slice::from(from..to)).unwrap();
    assert_eq!(direction(&cut(0, 0, 999), &cut(0, 1, 1000)), Direction::Ascending);
    assert_eq!(direction(&cut(0, 1, 1000), &cut(0, 0, 999)), Direction::Descending);
    assert_eq!(direction(&cut(1, 5, 900), &cut(1, 0, 895)), Direction::Descending);
    assert_eq!(direction(&cut(2, 0, 2), &cut(2, 1, 3)), Direction::Ascending);
    assert_eq!(direction(&cut(1, 0, 500), &cut(1, 500, 1000)), Direction::Disjoint);
    let red = image.slice(2, ..1).unwrap();
    let blue = image.slice(2, 2..).unwrap();
    assert_eq!(direction(&red, &blue), Direction::Disjoint);
}

#[test]
fn transposing_and_reversing_in_place_need_a_temporary() {
    let square = Layout::contiguous(&[512, 512], 4, Order::C).unwrap();
    assert_eq!(direction(&square, &square.transposed()), Direction::Neither);
    assert_eq!(direction(&square, &square.reverse(1).unwrap()), Direction::Neither);
    // Nothing moves.
    assert_eq!(direction(&square, &square), Direction::Ascending);
}

#[test]
fn compaction_runs_up_and_expansion_down() {
    let step = |n, stride| Layout::new(&[n], &[stride], 4, 0).unwrap();
    for n in [10, 1_000_000] {
        assert_eq!(direction(&step(n, 4), &step(n, 12)), Direction::Ascending);
        assert_eq!(direction(&step(n, 12), &step(n, 4)), Direction::Descending);
    }
    // Rows of a padded image closed up.
    let padded = Layout::new(&[480, 640], &[1024, 1], 1, 0).unwrap();
    let packed = Layout::contiguous(&[480, 640], 1, Order::C).unwrap();
    assert_eq!(direction(&packed, &padded), Direction::Ascending);
    assert_eq!(direction(&padded, &packed), Direction::Descending);
}

/// A random view of an array: slices with steps, up or down, permuted.
fn view(random: &mut Random, array: &Layout) -> Layout {
    let mut view = array.clone();
    for axis in 0..view.ndim() {
        let extent = view.shape()[axis] as isize;
        let start = random.within(0, extent / 2);
        let stop = random.within(start + 1, extent);
        let step = [1, 1, 2, 3, 5, 7][random.below(6)];
        view = view.slice(axis, Slice::new(Some(start), Some(stop), step)).unwrap();
        if random.below(3) == 0 {
            view = view.reverse(axis).unwrap();
        }
    }
    for from in (1..view.ndim()).rev() {
        let mut axes: std::vec::Vec<usize> = (0..view.ndim()).collect();
        axes.swap(from, random.below(from + 1));
        view = view.permute(&axes).unwrap();
    }
    view
}

#[test]
fn views_of_one_array_are_never_in_doubt() {
    let mut random = Random::new(15);
    // Six axes of nine bytes still fit.
    let most = if usize::BITS < 64 { 24 } else { 300 };
    for _ in 0..2000 {
        let ndim = 1 + random.below(6);
        let shape: std::vec::Vec<usize> = (0..ndim).map(|_| 1 + random.below(most)).collect();
        let array = Layout::contiguous(&shape, 1 + random.below(9), Order::C).unwrap();
        let [a, b] = [0; 2].map(|_| view(&mut random, &array));
        assert_eq!(a.self_overlap(), Overlap::No, "{a:?}");
        assert_ne!(a.overlap(&b), Overlap::Unknown, "{a:?} {b:?}");
        // The same view, somewhere else: the axes move by the same strides.
        let moved = Layout::new(
            a.shape(),
            a.strides(),
            a.itemsize(),
            a.offset() + random.within(-2000, 2000),
        );
        let moved = moved.unwrap();
        if direction(&moved, &a) == Direction::Neither {
            // Both ways are in the way of somebody, by the same distances.
            assert_eq!(direction(&a, &moved), Direction::Neither);
            assert_eq!(a.overlap(&moved), Overlap::Yes);
        }
    }
}

#[test]
fn loops_can_be_given_alone() {
    assert_eq!(direction_of(&[4], &[2], &[2], 2, 2), Direction::Descending);
    assert_eq!(direction_of(&[4], &[2], &[2], 2, -2), Direction::Ascending);
}

#[test]
fn sixty_four_axes_are_answered() {
    // 2^62 items would not fit: broadcast halves and unit axes do.
    let mut shape = [1; 64];
    let mut strides = [0; 64];
    let halves = if usize::BITS < 64 { 28 } else { 40 };
    for bit in 0..halves {
        shape[63 - bit] = 2;
        strides[63 - bit] = 1 << bit;
    }
    let whole = Layout::new(&shape, &strides, 1, 0).unwrap();
    assert_eq!(whole.self_overlap(), Overlap::No);
    assert_eq!(whole.transposed().self_overlap(), Overlap::No);
    assert_eq!(whole.overlap(&whole.reverse(40).unwrap()), Overlap::Yes);
    strides[63] = 2;
    let clash = Layout::new(&shape, &strides, 1, 0).unwrap();
    assert_eq!(clash.self_overlap(), Overlap::Yes);
    shape[63] = 1;
    let even = Layout::new(&shape, &strides, 1, 0).unwrap();
    let odd = Layout::new(&shape, &strides, 1, 1).unwrap();
    assert_eq!(even.overlap(&odd), Overlap::No);
    assert_eq!(direction(&even, &odd), Direction::Disjoint);
}

#[test]
fn the_largest_strides_do_not_overflow() {
    let max = isize::MAX;
    let forth = Layout::new(&[2], &[max - 1], 1, 0).unwrap();
    let back = Layout::new(&[2], &[1 - max], 1, max - 1).unwrap();
    assert_eq!(forth.overlap(&back), Overlap::Yes);
    assert_eq!(direction(&forth, &back), Direction::Neither);
    let far = Layout::new(&[2], &[1 - max], 1, -1).unwrap();
    assert_eq!(forth.overlap(&far), Overlap::No);
    let three = Layout::new(&[2, 3], &[max / 3, max / 3 - 1], 1, 0).unwrap();
    assert_eq!(three.self_overlap(), Overlap::No);
}

#[test]
fn interleaved_layouts_do_not_overlap() {
    let half = |from| Layout::new(&[1000, 500], &[4000, 8], 4, from).unwrap();
    assert_eq!(half(0).overlap(&half(4)), Overlap::No);
    assert_eq!(half(0).overlap(&half(3)), Overlap::Yes);
    assert_eq!(direction(&half(0), &half(4)), Direction::Disjoint);
}
