//! Chunks on threads: the only file that names rayon.
//!
//! Work runs in the pool that the caller is in, else in the global one. A
//! panic in a chunk reaches the caller once the other chunks have ended.

/// Whether there is more than one thread to run chunks.
#[inline]
pub(crate) fn pays() -> bool {
    #[cfg(feature = "rayon")]
    return rayon::current_num_threads() > 1;
    #[cfg(not(feature = "rayon"))]
    false
}

/// Calls `task` for each chunk.
pub(crate) fn for_each(chunks: usize, task: impl Fn(usize) + Send + Sync) {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        (0..chunks).into_par_iter().with_max_len(1).for_each(task);
    }
    #[cfg(not(feature = "rayon"))]
    (0..chunks).for_each(task);
}

/// Whether `task` holds for each chunk; stops all threads at the first that
/// it does not hold for.
pub(crate) fn all(chunks: usize, task: impl Fn(usize) -> bool + Send + Sync) -> bool {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        (0..chunks).into_par_iter().with_max_len(1).all(task)
    }
    #[cfg(not(feature = "rayon"))]
    (0..chunks).all(task)
}

/// Calls `task` with the number and the items of each part of `items`, `each`
/// of them; the last may have fewer.
pub(crate) fn for_each_part<T: Send>(
    items: &mut [T],
    each: usize,
    task: impl Fn(usize, &mut [T]) + Send + Sync,
) {
    #[cfg(feature = "rayon")]
    {
        use rayon::prelude::*;
        let parts = items.par_chunks_mut(each).enumerate().with_max_len(1);
        parts.for_each(|(part, items)| task(part, items));
    }
    #[cfg(not(feature = "rayon"))]
    items.chunks_mut(each).enumerate().for_each(|(part, items)| task(part, items));
}
