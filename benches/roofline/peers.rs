//! The other libraries, over the same memory.

#[cfg(feature = "hptt")]
mod hptt;
mod ndarray;
mod planes;
mod strided;
#[cfg(feature = "strided-kernel")]
mod strided_kernel;
mod wide;

use crate::copy::Bed;
use crate::engine::{Engine, Who};
use crate::equal::Pair;
use crate::roof::Pointer;
use std::hint::black_box;
use stridewise::{Layout, Order};
use stridewise_benches::naive::Kind;
use xxhash_rust::xxh3;

/// All that can do this copy.
pub fn copies(bed: &Bed) -> Vec<Engine<'static>> {
    if bed.swapped {
        let engines = ndarray::swaps(bed).into_iter();
        #[cfg(feature = "strided-kernel")]
        let engines = engines.chain(strided_kernel::swaps(bed));
        return engines.collect();
    }
    match bed.to.itemsize() {
        1 => of::<u8>(bed),
        2 => of::<u16>(bed),
        3 => of::<[u8; 3]>(bed),
        4 => of::<f32>(bed),
        8 => of::<f64>(bed),
        12 => of::<[u8; 12]>(bed),
        16 => of::<u128>(bed),
        size => panic!("no row has items of {size} bytes"),
    }
}

fn of<T: Copy + Default + Send + Sync + 'static>(bed: &Bed) -> Vec<Engine<'static>> {
    let mut engines = ndarray::copies::<T>(bed);
    engines.extend(strided::copies::<T>(bed));
    engines.extend(planes::copies::<T>(bed));
    engines.extend(wide::copies(bed));
    #[cfg(feature = "strided-kernel")]
    engines.extend(strided_kernel::copies::<T>(bed));
    #[cfg(feature = "hptt")]
    engines.extend(hptt::copies(bed));
    engines
}

/// All that can do this comparison.
pub fn comparisons(pair: &Pair) -> Vec<Engine<'static>> {
    match pair.kind {
        Kind::Bytes(1) => equal_of::<u8>(pair),
        Kind::F32 => equal_of::<f32>(pair),
        Kind::F64 => equal_of::<f64>(pair),
        kind => panic!("no row compares {kind:?}"),
    }
}

fn equal_of<T: Copy + PartialEq + Send + Sync + 'static>(pair: &Pair) -> Vec<Engine<'static>> {
    let engines = ndarray::comparisons::<T>(pair).into_iter();
    #[cfg(feature = "strided-kernel")]
    let engines = engines.chain(strided_kernel::comparisons::<T>(pair));
    engines.collect()
}

/// All that can hash this: where it lies if it is gapless, else a copy.
pub fn hashes(
    to: &Layout,
    from: &Layout,
    d: Pointer,
    s: Pointer,
    truth: u64,
) -> Vec<Engine<'static>> {
    let bytes = to.nbytes();
    let hash = move |p: Pointer| {
        // SAFETY: so many bytes are there.
        let bytes = unsafe { std::slice::from_raw_parts(black_box(p.get()), bytes) };
        assert_eq!(xxh3::xxh3_64(bytes), truth);
    };
    if from.is_contiguous(Order::C) {
        return vec![Engine::one("xxhash-rust", Who::Peer, move || hash(s))];
    }
    let bed = Bed { to: to.clone(), from: from.clone(), d, s, swapped: false };
    strided::packs(&bed, move || hash(d))
}
