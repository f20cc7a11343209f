/// Models whose inputs last one step.
#include "runtime/models/ca2_adaptation.hpp"
#include "runtime/models/composed.hpp"
#include "runtime/models/delta.hpp"
#include "runtime/models/lif.hpp"

namespace spinn::models {

constinit const Composition if_curr_delta = compose<Lif, Delta, DeltaInput, StaticThreshold, NoAdditionalInput>();
constinit const Composition if_curr_delta_ca2_adaptive =
    compose<Lif, Delta, DeltaInput, StaticThreshold, Ca2Adaptation>();
constinit const Composition if_trunc_delta =
    compose<TruncatedIf, Delta, DeltaInput, StaticThreshold, NoAdditionalInput>();

}  // namespace spinn::models
