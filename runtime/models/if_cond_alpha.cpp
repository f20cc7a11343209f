#include "runtime/models/beyond_board.hpp"
#include "runtime/models/composed.hpp"
#include "runtime/models/lif.hpp"

namespace spinn::models {

constinit const Composition if_cond_alpha =
    compose<Lif, AlphaConductance, ConductanceInput, StaticThreshold, NoAdditionalInput>();

}  // namespace spinn::models
