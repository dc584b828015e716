//! Values of the core as Python's objects, and back.

use crate::errors::raise;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyComplex, PyFloat, PyInt, PyList, PyString, PyTuple,
};
use stridewise::{Complex, Format, Value};

/// The object that a value is.
pub fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    let all = |values: &[Value]| {
        values.iter().map(|value| to_python(py, value)).collect::<PyResult<Vec<_>>>()
    };
    Ok(match value {
        Value::Bool(truth) => PyBool::new(py, *truth).to_owned().into_any(),
        Value::Int(int) => int.into_pyobject(py)?.into_any(),
        Value::Float(float) => PyFloat::new(py, *float).into_any(),
        Value::Complex(Complex { re, im }) => PyComplex::from_doubles(py, *re, *im).into_any(),
        Value::Bytes(bytes) | Value::Opaque(bytes) => PyBytes::new(py, bytes).into_any(),
        Value::Tuple(values) => PyTuple::new(py, all(values)?)?.into_any(),
        Value::List(values) => PyList::new(py, all(values)?)?.into_any(),
        other => return Err(PyTypeError::new_err(format!("no object for the value {other}"))),
    })
}

/// The value that an object is for a format.
pub fn from_python(object: &Bound<'_, PyAny>, format: &Format) -> PyResult<Value> {
    // Only a truth takes everything, by its truth.
    if is_truth(format) {
        return Ok(Value::Bool(object.is_truthy()?));
    }
    of(object, format)
}

fn is_truth(format: &Format) -> bool {
    format.itemsize() == 1 && matches!(format.unpack(&[0]), Ok(Value::Bool(_)))
}

fn of(object: &Bound<'_, PyAny>, format: &Format) -> PyResult<Value> {
    if let Ok(truth) = object.cast::<PyBool>() {
        return Ok(Value::Bool(truth.is_true()));
    }
    if object.is_instance_of::<PyInt>() {
        return Ok(Value::Int(object.extract::<i128>()?));
    }
    if let Ok(float) = object.cast::<PyFloat>() {
        return Ok(Value::Float(float.value()));
    }
    if object.is_instance_of::<PyComplex>() {
        let Complex { re, im } = complex(object)?;
        return Ok(Value::Complex(Complex { re, im }));
    }
    if let Ok(bytes) = object.cast::<PyBytes>() {
        return Ok(bytes_for(format, bytes.as_bytes()));
    }
    if let Ok(bytes) = object.cast::<PyByteArray>() {
        return Ok(bytes_for(format, &bytes.to_vec()));
    }
    if let Ok(values) = object.cast::<PyTuple>() {
        return Ok(Value::Tuple(fields(values.iter(), format)?));
    }
    if let Ok(values) = object.cast::<PyList>() {
        return Ok(Value::List(fields(values.iter(), format)?));
    }
    if !object.is_instance_of::<PyString>() {
        if let Ok(int) = object.call_method0("__index__") {
            return of(&int, format);
        }
        if let Ok(float) = object.call_method0("__float__") {
            return of(&float, format);
        }
    }
    let class = object.get_type().name()?;
    Err(PyTypeError::new_err(format!("an item cannot be made from '{class}'")))
}

fn complex(object: &Bound<'_, PyAny>) -> PyResult<Complex<f64>> {
    let part = |name| object.getattr(name)?.extract::<f64>();
    Ok(Complex { re: part("real")?, im: part("imag")? })
}

/// Bytes for a format that takes them as bytes, else as what is opaque.
fn bytes_for(format: &Format, bytes: &[u8]) -> Value {
    let opaque = Value::Opaque(bytes.to_vec());
    let mut room = vec![0; format.itemsize()];
    match format.pack(&opaque, &mut room) {
        Ok(()) => opaque,
        Err(_) => Value::from(bytes),
    }
}

/// The values of a struct's fields, or of a sub-array's items.
fn fields<'py>(
    objects: impl ExactSizeIterator<Item = Bound<'py, PyAny>>,
    format: &Format,
) -> PyResult<Vec<Value>> {
    let fields: Vec<&Format> = format
        .fields()
        .flat_map(|field| core::iter::repeat_n(field.format(), field.count()))
        .collect();
    let one = match format.sub_array() {
        Some((shape, item)) if shape.len() > 1 => {
            let inner: Vec<String> = shape[1..].iter().map(usize::to_string).collect();
            let inner = format!("({}){item}", inner.join(","));
            Some(Format::parse(&inner).map_err(raise)?)
        }
        Some((_, item)) => Some(item.clone()),
        None => None,
    };
    let each = objects.enumerate();
    let mut values = Vec::with_capacity(each.len());
    for (at, object) in each {
        let format = one.as_ref().or_else(|| fields.get(at).copied()).unwrap_or(format);
        values.push(from_python(&object, format)?);
    }
    Ok(values)
}
