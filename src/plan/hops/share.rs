//! Share: how the work of a verb is divided between cores.

use crate::layout::Layout;
use crate::plan::loop_nest::LoopNest;
use crate::plan::policy;
use stridewise_kernels::Caches;

/// How the work of a verb is divided between the cores.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    /// Pieces of the cores, which run on threads; 1 is serial.
    pub(crate) pieces: usize,
    /// The caches and chunks that one core is planned for.
    pub(crate) caches: policy::For,
    pub(crate) chunks: Option<usize>,
}

/// The loops over the cores of two layouts of one shape.
#[inline]
pub(crate) fn core_nest(item: usize, dst: &Layout, src: &Layout) -> LoopNest {
    if dst.is_indirect() || src.is_indirect() {
        let first = tables(dst, src);
        let (shape, dst, src) = (dst.shape(), dst.strides(), src.strides());
        return LoopNest::new(&shape[first..], item, &dst[first..], &src[first..]);
    }
    LoopNest::new(dst.shape(), item, dst.strides(), src.strides())
}

/// The number of axes up to the last that ends in pointers in either layout.
pub(super) fn tables(dst: &Layout, src: &Layout) -> usize {
    dst.tables().max(src.tables())
}

impl Share {
    /// Of two layouts of one shape. All of a dense layout is one core, for
    /// which the caches and chunks stay as they are.
    #[inline]
    pub(crate) fn new(
        dst: &Layout,
        src: &Layout,
        caches: policy::For,
        chunks: Option<usize>,
    ) -> Share {
        if dst.is_indirect() || src.is_indirect() {
            return Share::of_cores(dst, tables(dst, src), caches, chunks);
        }
        Share { pieces: 1, caches, chunks }
    }

    fn of_cores(
        layout: &Layout,
        tables: usize,
        caches: policy::For,
        chunks: Option<usize>,
    ) -> Share {
        /// A smaller core is not cut, and not written past the caches: it is
        /// mostly heads and tails of lines.
        const TINY: usize = 2048;
        let asked = chunks.is_some();
        let bytes = layout.nbytes();
        let extents = layout.shape().iter().take(tables);
        let cores = extents.fold(1usize, |n, &extent| n.saturating_mul(extent)).max(1);
        let chunks = chunks.unwrap_or_else(|| policy::chunks_for(bytes)).max(1);
        let pieces = chunks.min(cores);
        // A core has its part of the caches.
        let part = |caches: Caches| Caches {
            l1: caches.l1 / cores,
            l2: caches.l2 / cores,
            l3: caches.l3 / cores,
            ..caches
        };
        let tiny = bytes / cores < TINY;
        let caches = match caches {
            None if !tiny && bytes > Caches::LEAST.l2 => Some(part(Caches::detect())),
            caches => caches.map(part),
        };
        let chunks = (asked || !tiny).then(|| chunks.div_ceil(pieces));
        Share { pieces, caches, chunks }
    }
}
