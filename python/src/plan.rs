//! Plans to look at, and the level that they are for.

use crate::errors::{raise, tuple};
use crate::operand::Operand;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use stridewise::CopyPlan;

/// How `copyto(dst, src)` would run: `print` it.
#[pyclass(frozen, module = "stridewise")]
pub struct Plan(CopyPlan);

#[pymethods]
impl Plan {
    /// The level of its kernels.
    #[getter]
    fn level(&self) -> &'static str {
        self.0.level().name()
    }

    /// The number of pieces for threads.
    #[getter]
    fn chunks(&self) -> usize {
        self.0.chunks()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        let first = self.0.to_string();
        format!("<stridewise.Plan: {}>", first.lines().next().unwrap_or_default())
    }

    fn __eq__(&self, other: &Plan) -> bool {
        self.0 == other.0
    }
}

/// How `copyto(dst, src)` would run: the loops, the kernel, the chunks for
/// threads. Nothing is copied, and `dst` may be read-only.
///
/// Raises `ValueError` if the shapes or itemsizes differ.
///
/// >>> import stridewise
/// >>> rows = memoryview(bytes(6)).cast('B', (2, 3))
/// >>> plan = stridewise.plan(rows, rows)
/// >>> plan.level == stridewise.level(), plan.chunks
/// (True, 1)
#[pyfunction]
#[pyo3(signature = (dst, src, /))]
pub fn plan(dst: &Bound<'_, PyAny>, src: &Bound<'_, PyAny>) -> PyResult<Plan> {
    let (dst, src) = (Operand::to_read(dst)?, Operand::to_read(src)?);
    if dst.layout.shape() != src.layout.shape() {
        let (to, from) = (tuple(dst.layout.shape()), tuple(src.layout.shape()));
        return Err(PyValueError::new_err(format!("cannot copy shape {from} to shape {to}")));
    }
    Ok(Plan(CopyPlan::new(&dst.layout, &src.layout).map_err(raise)?))
}

/// The level of the kernels: the best one of this CPU, or what the
/// environment variable STRIDEWISE_LEVEL lowers it to.
///
/// >>> import stridewise
/// >>> stridewise.level() in ('scalar', 'v2', 'v3', 'v4', 'neon', 'simd128')
/// True
#[pyfunction]
pub fn level() -> PyResult<&'static str> {
    Ok(stridewise::level().map_err(raise)?.name())
}
