#include "runtime/models/ca2_adaptation.hpp"
#include "runtime/models/composed.hpp"
#include "runtime/models/exponential.hpp"
#include "runtime/models/lif.hpp"

namespace spinn::models {

constinit const Composition if_curr_exp_ca2_adaptive =
    compose<Lif, ExponentialCurrent, CurrentInput, StaticThreshold, Ca2Adaptation>();

}  // namespace spinn::models
