// The Python module fieldio._fieldio: fields as NumPy arrays, read and written by //field.
//
// The GIL is kept throughout: HDF5 is commonly built without thread safety, and Python's lock is
// the one that all callers share.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION
#include <numpy/arrayobject.h>

#include <exception>
#include <filesystem>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "field/field.h"

namespace {

struct Release {
  void operator()(PyObject* object) const { Py_DECREF(object); }
};
using Owned = std::unique_ptr<PyObject, Release>;

// fieldio.FileError, a kind of OSError; lives as long as the module, of which a process has one.
PyObject* file_error = nullptr;

// Sets Python's exception for the C++ one in flight.
PyObject* translate() {
  try {
    throw;
  } catch (const field::FileError& error) {
    PyErr_SetString(file_error, error.what());
  } catch (const std::invalid_argument& error) {
    PyErr_SetString(PyExc_ValueError, error.what());
  } catch (const std::bad_alloc&) {
    PyErr_NoMemory();
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
  return nullptr;
}

// An array that owns the values: nothing is copied.
Owned to_array(field::Field&& field) {
  npy_intp extent[] = {static_cast<npy_intp>(field.grid.rows),
                       static_cast<npy_intp>(field.grid.columns)};
  auto values = std::make_unique<std::vector<double>>(std::move(field.values));
  Owned array(PyArray_SimpleNewFromData(2, extent, NPY_DOUBLE, values->data()));
  if (!array) return nullptr;
  Owned owner(PyCapsule_New(values.get(), nullptr, [](PyObject* capsule) {
    delete static_cast<std::vector<double>*>(PyCapsule_GetPointer(capsule, nullptr));
  }));
  if (!owner) return nullptr;
  values.release();
  // Takes the reference to the owner even when it fails.
  if (PyArray_SetBaseObject(reinterpret_cast<PyArrayObject*>(array.get()), owner.release()) < 0)
    return nullptr;
  return array;
}

PyObject* read(PyObject*, PyObject* args) {
  PyObject* bytes = nullptr;
  if (!PyArg_ParseTuple(args, "O&:read", PyUnicode_FSConverter, &bytes)) return nullptr;
  const Owned file(bytes);
  try {
    field::Field field = field::read(PyBytes_AS_STRING(file.get()));
    const auto [rows, columns, spacing, time] = field.grid;
    Owned array = to_array(std::move(field));
    return array ? Py_BuildValue("(Ndd)", array.release(), spacing, time) : nullptr;
  } catch (...) {
    return translate();
  }
}

PyObject* write(PyObject*, PyObject* args, PyObject* keywords) {
  static const char* names[] = {"file", "values", "spacing", "time", nullptr};
  PyObject* bytes = nullptr;
  PyObject* given = nullptr;
  double spacing = 0;
  double time = 0;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&O$dd:write", const_cast<char**>(names),
                                   PyUnicode_FSConverter, &bytes, &given, &spacing, &time)) {
    return nullptr;
  }
  const Owned file(bytes);
  // Whatever is safely float64, of two dimensions; copied only when it is not contiguous rows of it
  // already.
  const Owned array(PyArray_FROMANY(given, NPY_DOUBLE, 2, 2, NPY_ARRAY_IN_ARRAY));
  if (!array) return nullptr;
  auto* matrix = reinterpret_cast<PyArrayObject*>(array.get());
  const std::span<const double> values(static_cast<const double*>(PyArray_DATA(matrix)),
                                       static_cast<std::size_t>(PyArray_SIZE(matrix)));
  try {
    field::write(PyBytes_AS_STRING(file.get()),
                 {.rows = static_cast<std::size_t>(PyArray_DIM(matrix, 0)),
                  .columns = static_cast<std::size_t>(PyArray_DIM(matrix, 1)),
                  .spacing = spacing,
                  .time = time},
                 values);
    Py_RETURN_NONE;
  } catch (...) {
    return translate();
  }
}

PyDoc_STRVAR(
    read_doc,
    "read(file) -> (values, spacing, time)\n\n"
    "The field in an HDF5 file: a float64 array in kelvin, metres and seconds. Raises FileError.");
PyDoc_STRVAR(write_doc,
             "write(file, values, *, spacing, time)\n\n"
             "Replaces the file as a whole. Raises FileError; ValueError or TypeError for what is "
             "no field.");

PyMethodDef methods[] = {
    {"read", read, METH_VARARGS, read_doc},
    {"write", reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(write)),
     METH_VARARGS | METH_KEYWORDS, write_doc},
    {nullptr, nullptr, 0, nullptr},
};

int execute(PyObject* module) {
  if (_import_array() < 0) return -1;
  if (file_error == nullptr)
    file_error = PyErr_NewException("fieldio.FileError", PyExc_OSError, nullptr);
  if (file_error == nullptr) return -1;
  return PyModule_AddObjectRef(module, "FileError", file_error);
}

PyModuleDef_Slot slots[] = {
    {Py_mod_exec, reinterpret_cast<void*>(execute)},
    {0, nullptr},
};

PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "fieldio._fieldio",
    .m_doc = "Fields on a regular grid, as HDF5 files.",
    .m_size = 0,
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = nullptr,
    .m_clear = nullptr,
    .m_free = nullptr,
};

}  // namespace

PyMODINIT_FUNC PyInit__fieldio() { return PyModuleDef_Init(&definition); }
