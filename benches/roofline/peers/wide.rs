//! Blocks of the vectors of wide, as one writes them by hand: as wide as the
//! compiler was told.

use super::planes::{Plane, transposed};
use crate::copy::Bed;
use crate::engine::{Engine, Who};
use wide::{u8x16, u16x8, u32x8, u64x4};

pub fn copies(bed: &Bed) -> Option<Engine<'static>> {
    let plane = transposed(bed)?;
    let blocks: fn(Plane) = match bed.to.itemsize() {
        1 => bytes,
        2 => words,
        4 => double_words,
        8 => quad_words,
        _ => return None,
    };
    Some(Engine::one("wide", Who::Peer, move || blocks(plane)))
}

macro_rules! blocks {
    ($name:ident, $item:ty, $vector:ident, $lanes:literal) => {
        fn $name(plane: Plane) {
            let Plane { rows, columns, .. } = plane;
            // SAFETY: the buffers hold such planes, and one engine runs at a time.
            let (to, from) = unsafe { plane.slices::<$item>() };
            let (whole_rows, whole_columns) = (rows - rows % $lanes, columns - columns % $lanes);
            for row in (0..whole_rows).step_by($lanes) {
                for column in (0..whole_columns).step_by($lanes) {
                    let block = std::array::from_fn(|n| {
                        let start = (row + n) * columns + column;
                        $vector::new(*from[start..].first_chunk().expect("a whole row"))
                    });
                    for (n, vector) in $vector::transpose(block).into_iter().enumerate() {
                        let start = (column + n) * rows + row;
                        to[start..start + $lanes].copy_from_slice(vector.as_array());
                    }
                }
            }
            for row in 0..rows {
                let start = if row < whole_rows { whole_columns } else { 0 };
                for column in start..columns {
                    to[column * rows + row] = from[row * columns + column];
                }
            }
        }
    };
}

blocks!(bytes, u8, u8x16, 16);
blocks!(words, u16, u16x8, 8);
blocks!(double_words, u32, u32x8, 8);
blocks!(quad_words, u64, u64x4, 4);
