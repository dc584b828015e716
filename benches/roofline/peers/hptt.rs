//! HPTT as its crate builds it, for permutations of dense f32 and f64.

use crate::copy::Bed;
use crate::engine::{Engine, Who};
use hptt::{MemoryOrder, transpose_f32, transpose_f64};
use stridewise::{Layout, Order};

/// The destination's axes, largest stride first: C order, if it is dense.
fn in_order(to: &Layout) -> Vec<usize> {
    let mut axes: Vec<usize> = (0..to.ndim()).collect();
    axes.sort_by_key(|&axis| std::cmp::Reverse(to.strides()[axis]));
    axes
}

pub fn copies(bed: &Bed) -> Vec<Engine<'static>> {
    let axes = in_order(&bed.to);
    let (Ok(to), Ok(from)) = (bed.to.permute(&axes), bed.from.permute(&axes)) else {
        return Vec::new();
    };
    // The source's axes in its own order, and where each goes.
    let own = in_order(&from);
    let dense = from.permute(&own).is_ok_and(|source| source.is_contiguous(Order::C));
    if !dense || !to.is_contiguous(Order::C) || to.ndim() < 2 {
        return Vec::new();
    }
    let shape: Vec<usize> = own.iter().map(|&axis| from.shape()[axis]).collect();
    let permutation: Vec<usize> = (0..own.len())
        .map(|axis| own.iter().position(|&at| at == axis).expect("a permutation"))
        .collect();
    let (d, s, len) = (bed.d, bed.s, bed.to.len());
    let mut engines = Vec::new();
    for threads in [1, 2] {
        macro_rules! engine {
            ($ty:ty, $transpose:ident) => {{
                let (shape, permutation) = (shape.clone(), permutation.clone());
                let work = move || {
                    // SAFETY: so many items, and one engine runs at a time.
                    let (to, from) = unsafe {
                        (
                            std::slice::from_raw_parts_mut(d.get().cast::<$ty>(), len),
                            std::slice::from_raw_parts(s.get().cast::<$ty>(), len),
                        )
                    };
                    let order = MemoryOrder::RowMajor;
                    let (one, none) = (1.0, 0.0);
                    $transpose(&permutation, one, from, &shape, none, to, threads, order)
                        .expect("a permutation");
                };
                engines.push(Engine { threads, ..Engine::one("hptt", Who::Peer, work) });
            }};
        }
        match bed.to.itemsize() {
            4 => engine!(f32, transpose_f32),
            8 => engine!(f64, transpose_f64),
            _ => {}
        }
    }
    engines
}
