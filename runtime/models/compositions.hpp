/// The compositions that the files of runtime/models/ define.
#pragma once

#include "runtime/neuron_model.hpp"

namespace spinn::models {

#define SPINN_MODEL(number, composition, name, on_board) extern const Composition composition;
#include "runtime/models/table.inc"
#undef SPINN_MODEL

/// IF_curr_exp and IF_cond_exp without their fused step: the twins that it is tested against.
extern const Composition plain_if_curr_exp, plain_if_cond_exp;

}  // namespace spinn::models
