//! A short list, one value per axis: inline up to `N`, on the heap beyond.

use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{Deref, DerefMut};

/// One value per axis; lists of up to `N` values never allocate.
///
/// The spare inline places hold `T::default()`: safe code cannot leave them
/// unwritten, and the whole array is one or two vector stores.
#[derive(Clone)]
pub(crate) enum Axes<T, const N: usize = 8> {
    Inline { len: u8, items: [T; N] },
    Heap(Vec<T>),
}

impl<T: Copy + Default, const N: usize> Axes<T, N> {
    #[inline]
    pub(crate) fn new() -> Self {
        const { assert!(N <= 255) };
        Axes::Inline { len: 0, items: [T::default(); N] }
    }

    #[inline]
    pub(crate) fn from_slice(values: &[T]) -> Self {
        if values.len() > N {
            return Axes::Heap(values.to_vec());
        }
        let mut items = [T::default(); N];
        items[..values.len()].copy_from_slice(values);
        Axes::Inline { len: values.len() as u8, items }
    }

    /// `len` times `value`.
    #[inline]
    pub(crate) fn filled(len: usize, value: T) -> Self {
        if len > N {
            return Axes::Heap(alloc::vec![value; len]);
        }
        Axes::Inline { len: len as u8, items: [value; N] }
    }

    #[inline]
    pub(crate) fn push(&mut self, value: T) {
        match self {
            Axes::Inline { len, items } if usize::from(*len) < N => {
                items[usize::from(*len)] = value;
                *len += 1;
            }
            _ => self.spill().push(value),
        }
    }

    /// Puts `value` at `at`, moving the later ones up.
    ///
    /// # Panics
    ///
    /// If `at > len`.
    #[inline]
    pub(crate) fn insert(&mut self, at: usize, value: T) {
        self.push(value);
        self[at..].rotate_right(1);
    }

    /// Takes out the value at `at`, moving the later ones down.
    ///
    /// # Panics
    ///
    /// If `at >= len`.
    #[inline]
    pub(crate) fn remove(&mut self, at: usize) -> T {
        let value = self[at];
        self[at..].rotate_left(1);
        self.truncate(self.len() - 1);
        value
    }

    /// Keeps the first `keep` values, or all if there are fewer.
    #[inline]
    pub(crate) fn truncate(&mut self, keep: usize) {
        match self {
            Axes::Inline { len, .. } => *len = keep.min(usize::from(*len)) as u8,
            Axes::Heap(values) => values.truncate(keep),
        }
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.truncate(0);
    }

    #[cold]
    fn spill(&mut self) -> &mut Vec<T> {
        if let Axes::Inline { .. } = self {
            let mut values = Vec::with_capacity(2 * N);
            values.extend_from_slice(self);
            *self = Axes::Heap(values);
        }
        match self {
            Axes::Heap(values) => values,
            Axes::Inline { .. } => unreachable!("just moved to the heap"),
        }
    }
}

impl<T, const N: usize> Deref for Axes<T, N> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match self {
            Axes::Inline { len, items } => &items[..usize::from(*len)],
            Axes::Heap(values) => values,
        }
    }
}

impl<T, const N: usize> DerefMut for Axes<T, N> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Axes::Inline { len, items } => &mut items[..usize::from(*len)],
            Axes::Heap(values) => values,
        }
    }
}

impl<T: Copy + Default, const N: usize> Default for Axes<T, N> {
    #[inline]
    fn default() -> Self {
        Axes::new()
    }
}

impl<T: Copy + Default, const N: usize> From<&[T]> for Axes<T, N> {
    #[inline]
    fn from(values: &[T]) -> Self {
        Axes::from_slice(values)
    }
}

impl<T: Copy + Default, const N: usize> FromIterator<T> for Axes<T, N> {
    #[inline]
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut axes = Axes::new();
        axes.extend(values);
        axes
    }
}

impl<T: Copy + Default, const N: usize> Extend<T> for Axes<T, N> {
    #[inline]
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        let mut values = values.into_iter();
        if let Axes::Inline { len, items } = self {
            for place in items.iter_mut().skip(usize::from(*len)) {
                let Some(value) = values.next() else { return };
                *place = value;
                *len += 1;
            }
        }
        for value in values {
            self.push(value);
        }
    }
}

impl<'a, T, const N: usize> IntoIterator for &'a Axes<T, N> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

// By value: where the values live must not show.

impl<T: PartialEq, const N: usize> PartialEq for Axes<T, N> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Eq, const N: usize> Eq for Axes<T, N> {}

impl<T: Hash, const N: usize> Hash for Axes<T, N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: fmt::Debug, const N: usize> fmt::Debug for Axes<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::Axes;
    use std::format;
    use std::vec::Vec;

    fn is_inline<T, const N: usize>(axes: &Axes<T, N>) -> bool {
        matches!(axes, Axes::Inline { .. })
    }

    #[test]
    fn eight_values_stay_inline_and_the_ninth_spills() {
        let mut axes: Axes<usize> = (0..8).collect();
        assert!(is_inline(&axes));
        axes.push(8);
        assert!(!is_inline(&axes));
        assert_eq!(*axes, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
        assert!(is_inline(&Axes::<isize>::from_slice(&[-1; 8])));
        assert!(!is_inline(&Axes::<isize>::filled(9, 0)));
    }

    #[test]
    fn edits_agree_with_vec_on_both_sides_of_the_spill() {
        for len in 0..12 {
            for at in 0..=len {
                let mut axes: Axes<usize> = (0..len).collect();
                let mut model: Vec<usize> = (0..len).collect();
                axes.insert(at, 99);
                model.insert(at, 99);
                assert_eq!(*axes, *model);
                assert_eq!(axes.remove(at), model.remove(at));
                assert_eq!(*axes, *model);
                axes.truncate(at);
                model.truncate(at);
                assert_eq!(*axes, *model);
                axes.clear();
                assert!(axes.is_empty());
            }
        }
    }

    #[test]
    fn equality_ignores_where_the_values_live() {
        let mut heap: Axes<u8, 2> = (0..3).collect();
        heap.truncate(2);
        let inline: Axes<u8, 2> = (0..2).collect();
        assert!(!is_inline(&heap) && is_inline(&inline));
        assert_eq!(heap, inline);
        assert_eq!(format!("{heap:?}"), "[0, 1]");
        assert_ne!(heap, Axes::new());
    }
}
