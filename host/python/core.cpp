/// spinn._core: networks, mapping and running in the process of Python.
#include "host/python/bindings.hpp"
#include "protocols/error.hpp"

NB_MODULE(_core, module) {
    using namespace spinn;
    nanobind::set_leak_warnings(false);  // the backend's state lives as long as the interpreter
    module.doc() = "The native core of Spinn: build a network, map it, run it in pieces, read it back.";
    module.attr("version") = SPINN_VERSION;
    nanobind::exception<InputError>(module, "InputError", PyExc_ValueError);
    nanobind::exception<RequestError>(module, "RequestError", PyExc_RuntimeError);
    python::bind_network(module);
    python::bind_session(module);
}
