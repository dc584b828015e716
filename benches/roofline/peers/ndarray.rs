//! ndarray, and its iterators in parallel.

use crate::copy::Bed;
use crate::engine::{Engine, Who};
use crate::equal::Pair;
use ndarray::parallel::prelude::*;
use ndarray::{Dimension, Ix1, Ix2, Ix3, Ix4, IxDyn, Zip};
use std::hint::black_box;
use stridewise_benches::peers::{view, view_mut};

pub fn copies<T: Copy + Send + Sync + 'static>(bed: &Bed) -> Vec<Engine<'static>> {
    match bed.to.ndim() {
        1 => ranked::<T, Ix1>(bed),
        2 => ranked::<T, Ix2>(bed),
        3 => ranked::<T, Ix3>(bed),
        4 => ranked::<T, Ix4>(bed),
        _ => ranked::<T, IxDyn>(bed),
    }
}

/// Its ranks that are known when it is compiled are faster.
fn ranked<T: Copy + Send + Sync + 'static, D: Dimension + 'static>(
    bed: &Bed,
) -> Vec<Engine<'static>> {
    let views = || {
        // SAFETY: the buffers hold the layouts, and one engine runs at a time.
        let (to, from) =
            unsafe { (view_mut::<T>(&bed.to, bed.d.get()), view::<T>(&bed.from, bed.s.get())) };
        Some((to?.into_dimensionality::<D>().ok()?, from?.into_dimensionality::<D>().ok()?))
    };
    let (Some((mut to, from)), Some((mut par_to, par_from))) = (views(), views()) else {
        return Vec::new();
    };
    vec![
        Engine::one("ndarray", Who::Peer, move || black_box(&mut to).assign(&from)),
        Engine::two("ndarray-par", Who::Peer, move || {
            Zip::from(black_box(&mut par_to)).and(&par_from).par_for_each(|to, from| *to = *from);
        }),
    ]
}

pub fn swaps(bed: &Bed) -> Vec<Engine<'static>> {
    let views = || {
        // SAFETY: as above.
        let views =
            unsafe { (view_mut::<u32>(&bed.to, bed.d.get()), view::<u32>(&bed.from, bed.s.get())) };
        Some((views.0?, views.1?))
    };
    let (Some((mut to, from)), Some((mut par_to, par_from))) = (views(), views()) else {
        return Vec::new();
    };
    let swap = |to: &mut u32, from: &u32| *to = from.swap_bytes();
    vec![
        Engine::one("ndarray", Who::Peer, move || {
            Zip::from(black_box(&mut to)).and(&from).for_each(swap);
        }),
        Engine::two("ndarray-par", Who::Peer, move || {
            Zip::from(black_box(&mut par_to)).and(&par_from).par_for_each(swap);
        }),
    ]
}

pub fn comparisons<T: Copy + PartialEq + Send + Sync + 'static>(
    pair: &Pair,
) -> Vec<Engine<'static>> {
    let views = || {
        // SAFETY: the buffers hold the layouts.
        let views =
            unsafe { (view::<T>(&pair.left, pair.a.get()), view::<T>(&pair.right, pair.b.get())) };
        Some((views.0?, views.1?))
    };
    let (Some((a, b)), Some((c, d)), Some((e, f))) = (views(), views(), views()) else {
        return Vec::new();
    };
    let same = pair.same;
    let mut engines = vec![
        Engine::one("ndarray", Who::Peer, move || assert_eq!(*black_box(&a) == b, same)),
        Engine::one("ndarray-zip", Who::Peer, move || {
            let equal = Zip::from(black_box(&c)).and(&d).all(|a, b| a == b);
            assert_eq!(equal, same);
        }),
    ];
    if pair.left.shape()[0] > 1 {
        engines.push(Engine::two("ndarray-par", Who::Peer, move || {
            let rows = black_box(&e).axis_chunks_iter(ndarray::Axis(0), 1 + e.shape()[0] / 16);
            let others = f.axis_chunks_iter(ndarray::Axis(0), 1 + f.shape()[0] / 16);
            let equal = rows.into_par_iter().zip(others).all(|(a, b)| a == b);
            assert_eq!(equal, same);
        }));
    }
    engines
}
