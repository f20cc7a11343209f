#include "runtime/models/composed.hpp"
#include "runtime/models/exponential.hpp"
#include "runtime/models/lif.hpp"

namespace spinn::models {

constinit const Composition if_curr_dual_exp =
    compose<Lif, DualExponential, CurrentInput, StaticThreshold, NoAdditionalInput>();

}  // namespace spinn::models
