//! A short list, one value per axis: inline up to `N`, on the heap beyond.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::{Deref, DerefMut};

/// One value per axis; lists of up to `N` values never allocate.
///
/// Whole words side by side, none of them a tag: a list is often moved just
/// after it was made, and words that were written in parts stall whoever
/// reads them whole. The spare inline places hold `T::default()`: safe code
/// cannot leave them unwritten, and the whole array is one or two vector
/// stores.
#[derive(Clone)]
pub(crate) struct Axes<T, const N: usize = 8> {
    items: [T; N],
    /// How many of the items count.
    len: usize,
    /// All values, since there were more than `N`.
    #[expect(clippy::box_collection, reason = "a word, where a vector is three")]
    heap: Option<Box<Vec<T>>>,
}

impl<T: Copy + Default, const N: usize> Axes<T, N> {
    #[inline]
    pub(crate) fn new() -> Self {
        Axes { items: [T::default(); N], len: 0, heap: None }
    }

    #[inline]
    pub(crate) fn from_slice(values: &[T]) -> Self {
        if values.len() > N {
            return Axes::spilled(values.to_vec());
        }
        let mut axes = Axes::new();
        axes.items[..values.len()].copy_from_slice(values);
        axes.len = values.len();
        axes
    }

    /// `len` times `value`.
    #[inline]
    pub(crate) fn filled(len: usize, value: T) -> Self {
        if len > N {
            return Axes::spilled(alloc::vec![value; len]);
        }
        Axes { items: [value; N], len, heap: None }
    }

    #[cold]
    fn spilled(values: Vec<T>) -> Self {
        Axes { heap: Some(Box::new(values)), ..Axes::new() }
    }

    #[inline]
    pub(crate) fn push(&mut self, value: T) {
        match self {
            Axes { items, len, heap: None } if *len < N => {
                items[*len] = value;
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
        match &mut self.heap {
            None => self.len = keep.min(self.len),
            Some(values) => values.truncate(keep),
        }
    }

    #[inline]
    pub(crate) fn clear(&mut self) {
        self.truncate(0);
    }

    #[cold]
    fn spill(&mut self) -> &mut Vec<T> {
        let Axes { items, len, heap } = self;
        heap.get_or_insert_with(|| {
            let mut values = Vec::with_capacity(2 * N);
            values.extend_from_slice(&items[..*len]);
            Box::new(values)
        })
    }
}

impl<T, const N: usize> Deref for Axes<T, N> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        match &self.heap {
            None => &self.items[..self.len],
            Some(values) => values,
        }
    }
}

impl<T, const N: usize> DerefMut for Axes<T, N> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.heap {
            None => &mut self.items[..self.len],
            Some(values) => values,
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
        if let Axes { items, len, heap: None } = self {
            for place in items.iter_mut().skip(*len) {
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
        axes.heap.is_none()
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
