#include "runtime/neuron_model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <stdexcept>
#include <string>

#include "runtime/fixed_point.hpp"

namespace spinn {
namespace {

double default_of(ModelKind model, std::string_view name) {
    for (const auto& list : {describe(model).parameters, describe(model).state}) {
        for (const ParameterDescription& description : list) {
            if (description.name == name) return description.default_value;
        }
    }
    return std::nan("");
}

TEST(NeuronModel, IsFoundByItsPyNNName) {
    for (const ModelDescription& model : all_models()) {
        EXPECT_EQ(model_by_name(model.name), model.kind);
        EXPECT_EQ(&describe(model.kind), &model);
    }
    EXPECT_EQ(model_by_name("IF_curr_exp"), ModelKind::if_curr_exp);
    EXPECT_EQ(model_by_name("if_curr_exp"), std::nullopt);
    EXPECT_THROW(describe(static_cast<ModelKind>(55)), std::out_of_range);
}

TEST(NeuronModel, DefaultsAreThoseOfTheBoardsModels) {  // neural runtime, 2.3 and 5
    for (const ModelKind model : {ModelKind::if_curr_exp, ModelKind::if_cond_exp}) {
        EXPECT_EQ(default_of(model, "tau_m"), 20.0);
        EXPECT_EQ(default_of(model, "cm"), 1.0);
        EXPECT_EQ(default_of(model, "v_rest"), -65.0);
        EXPECT_EQ(default_of(model, "v_reset"), -65.0);
        EXPECT_EQ(default_of(model, "v_thresh"), -50.0);
        EXPECT_EQ(default_of(model, "tau_refrac"), 0.1);
        EXPECT_EQ(default_of(model, "i_offset"), 0.0);
        EXPECT_EQ(default_of(model, "tau_syn_E"), 5.0);
        EXPECT_EQ(default_of(model, "tau_syn_I"), 5.0);
        EXPECT_EQ(default_of(model, "v"), -65.0);
        EXPECT_EQ(default_of(model, "isyn_exc"), 0.0);
        EXPECT_EQ(default_of(model, "isyn_inh"), 0.0);
    }
    EXPECT_EQ(default_of(ModelKind::if_cond_exp, "e_rev_E"), 0.0);
    EXPECT_EQ(default_of(ModelKind::if_cond_exp, "e_rev_I"), -70.0);
    EXPECT_TRUE(std::isnan(default_of(ModelKind::if_curr_exp, "e_rev_E")));
    EXPECT_EQ(default_of(ModelKind::spike_source_poisson, "rate"), 1.0);
    EXPECT_EQ(default_of(ModelKind::spike_source_poisson, "start"), 0.0);
    EXPECT_EQ(default_of(ModelKind::spike_source_poisson, "duration"), 1e10);
    EXPECT_TRUE(describe(ModelKind::spike_source_array).parameters.empty());
}

TEST(NeuronModel, EveryDefaultLiesInItsRangeAndNoNameStandsTwice) {
    const std::set<std::string_view> without_unit = {
        "exc_exp_response", "inh_exp_response", "scaling_factor", "tau", "m", "h", "n"};
    for (const ModelDescription& model : all_models()) {
        std::set<std::string_view> names;
        for (const auto& list : {model.parameters, model.state}) {
            for (const ParameterDescription& d : list) {
                EXPECT_LE(d.minimum, d.default_value) << d.name;
                EXPECT_GE(d.maximum, d.default_value) << d.name;
                EXPECT_TRUE(!d.unit.empty() || without_unit.contains(d.name)) << d.name;
                EXPECT_TRUE(names.insert(d.name).second) << d.name;
            }
        }
    }
}

TEST(NeuronModel, ReceptorsHaveNamesAndPlaces) {
    for (const ModelDescription& model : all_models()) {
        EXPECT_EQ(model.receptors.empty(), !is_neuron(model.kind)) << model.name;
        EXPECT_LE(model.receptors.size(), max_receptors);
        for (std::uint32_t r = 0; r < model.receptors.size(); ++r)
            EXPECT_EQ(receptor_by_name(model, model.receptors[r]), r);
    }
    const ModelDescription& dual = describe(*model_by_name("IF_curr_dual_exp"));
    EXPECT_EQ(receptor_by_name(dual, "excitatory2"), 1u);
    EXPECT_EQ(receptor_by_name(dual, "inhibitory"), 2u);
    EXPECT_FALSE(is_inhibitory(dual, 1));
    EXPECT_TRUE(is_inhibitory(dual, 2));
    EXPECT_FALSE(receptor_by_name(describe(ModelKind::if_curr_exp), "excitatory2").has_value());
}

TEST(NeuronModel, LimitsOfNeuronsFitTheirFormat) {
    for (const ModelDescription& model : all_models()) {
        if (!is_neuron(model.kind)) continue;
        for (const auto& list : {model.parameters, model.state}) {
            for (const ParameterDescription& d : list) {
                EXPECT_NO_THROW(to_accum(d.minimum)) << d.name;
                EXPECT_NO_THROW(to_accum(d.maximum)) << d.name;
                EXPECT_TRUE(d.minimum <= 0 || to_accum(d.minimum).raw > 0) << d.name;
            }
        }
    }
}

}  // namespace
}  // namespace spinn
