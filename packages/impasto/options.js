// The options: their values, and what each is in a message to the engine.
// Written by `cargo xtask docs` from the table of options, crates/options/src/table.rs.

/** The look of a picture for which nothing else is said. */
export const usualLook = 'brushwork';
/** What is said otherwise: these are values of a look. */
export const valuesOfLooks = ["styleLoss", "neighborsWeight", "neighborsTurns", "layers", "pyramid", "mode", "contentLayers", "styleLayers"];
/** The long side of a picture for which nothing else is said, in pixels. */
export const usualSize = 256;
/** The number of steps for which nothing else is said. */
export const usualSteps = 100;
/** The content weight for a strength of 0. */
export const balanced = 0.1;
/** The constants of Adam: a message has all of them, or none. */
export const adam = {"beta1":0.9,"beta2":0.99,"epsilon":1e-8,"learning_rate":0.02};

export const table = {
  look: { choices: { "brushwork": { content_layers: [["conv3_1",0.5],["conv4_2",0.5]], style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_loss: "neighbors" }, "portrait": { content_layers: [["conv3_1",1.0],["conv4_2",1.0]], style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_loss: "neighbors" }, "texture": { content_layers: [["conv4_2",1.0]], style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_loss: "gram" }, "poster": { content_layers: [["conv4_2",1.0]], style_layers: [["conv1_1",0.2]], style_loss: "neighbors" }, "free": { content_layers: [["conv4_2",0.4]], style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_loss: "neighbors" } } },
  size: { at: ["size", "long-side"], whole: true, choices: ["original"], range: [64, 2048] },
  styleSize: { at: ["style_size", "long-side"], whole: true, choices: ["original"] },
  styleCrop: { crop: "style_crop" },
  steps: { at: ["steps"], whole: true, range: [10, 300] },
  until: { at: ["until", "loss"], choices: ["steps", "level"] },
  schedule: { at: ["schedule"], choices: ["single", "coarse-to-fine"] },
  finishFrom: { at: ["finish_from"], whole: true, range: [64, 2048] },
  enlarged: { at: ["enlarged"], choices: ["difference", "picture"] },
  contentWeight: { at: ["content_weight"] },
  contentFalloff: { at: ["content_falloff"], range: [1, 4] },
  styleWeight: { at: ["style_weight"] },
  tvWeight: { at: ["tv_weight"] },
  contentLayers: { layers: "content_layers" },
  styleLayers: { layers: "style_layers" },
  styleLoss: { at: ["style_loss"], choices: ["gram", "moments", "neighbors"] },
  neighborsWeight: { at: ["neighbors_weight"], range: [0, 4] },
  neighborsTurns: { at: ["neighbors_turns"], choices: ["none", "quarters"] },
  pooling: { at: ["pooling"], choices: ["max", "avg"] },
  padding: { at: ["padding"], choices: ["bleed", "zero"] },
  tile: { at: ["tile"], whole: true },
  init: { at: ["init"], choices: ["content", "noise", "mixture"] },
  color: { at: ["color"], choices: ["painting", "match", "keep", "luminance"] },
  smoothColors: { at: ["smooth_colors"], whole: true, range: [0, 8] },
  seed: { at: ["seed"], whole: true },
  optimizer: { at: ["optimizer"], choices: ["adam", "lbfgs"] },
  pyramid: { at: ["pyramid"], choices: ["off", "on"] },
  learningRate: { at: ["adam", "learning_rate"] },
  beta1: { at: ["adam", "beta1"] },
  beta2: { at: ["adam", "beta2"] },
  epsilon: { at: ["adam", "epsilon"] },
  layers: { choices: { "everything": { style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]] }, "strokes": { style_layers: [["conv1_1",0.33333334],["conv2_1",0.33333334],["conv3_1",0.33333334]] }, "forms": { style_layers: [["conv3_1",0.33333334],["conv4_1",0.33333334],["conv5_1",0.33333334]] } }, conflicts: ["styleLayers", "mode"] },
  mode: { choices: { "content=conv1_1": { content_layers: [["conv1_1",1.0]], content_weight: 1.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 0.0 }, "content=conv1_2": { content_layers: [["conv1_2",1.0]], content_weight: 1.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 0.0 }, "content=conv2_1": { content_layers: [["conv2_1",1.0]], content_weight: 1.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 0.0 }, "content=conv2_2": { content_layers: [["conv2_2",1.0]], content_weight: 1.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 0.0 }, "content=conv3_1": { content_layers: [["conv3_1",1.0]], content_weight: 1.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 0.0 }, "content=conv3_2": { content_layers: [["conv3_2",1.0]], content_weight: 1.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 0.0 }, "content=conv3_3": { content_layers: [["conv3_3",1.0]], content_weight: 1.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 0.0 }, "content=conv3_4": { content_layers: [["conv3_4",1.0]], content_weight: 1.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 0.0 }, "content=conv4_1": { content_layers: [["conv4_1",1.0]], content_weight: 1.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 0.0 }, "content=conv4_2": { content_layers: [["conv4_2",1.0]], content_weight: 1.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 0.0 }, "content=conv4_3": { content_layers: [["conv4_3",1.0]], content_weight: 1.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 0.0 }, "content=conv4_4": { content_layers: [["conv4_4",1.0]], content_weight: 1.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 0.0 }, "content=conv5_1": { content_layers: [["conv5_1",1.0]], content_weight: 1.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 0.0 }, "texture=conv1_1": { content_layers: [], content_weight: 0.0, init: "noise", style_layers: [["conv1_1",1.0]], style_weight: 1.0 }, "texture=conv1_2": { content_layers: [], content_weight: 0.0, init: "noise", style_layers: [["conv1_1",0.5],["conv1_2",0.5]], style_weight: 1.0 }, "texture=conv2_1": { content_layers: [], content_weight: 0.0, init: "noise", style_layers: [["conv1_1",0.5],["conv2_1",0.5]], style_weight: 1.0 }, "texture=conv2_2": { content_layers: [], content_weight: 0.0, init: "noise", style_layers: [["conv1_1",0.33333334],["conv2_1",0.33333334],["conv2_2",0.33333334]], style_weight: 1.0 }, "texture=conv3_1": { content_layers: [], content_weight: 0.0, init: "noise", style_layers: [["conv1_1",0.33333334],["conv2_1",0.33333334],["conv3_1",0.33333334]], style_weight: 1.0 }, "texture=conv3_2": { content_layers: [], content_weight: 0.0, init: "noise", style_layers: [["conv1_1",0.25],["conv2_1",0.25],["conv3_1",0.25],["conv3_2",0.25]], style_weight: 1.0 }, "texture=conv3_3": { content_layers: [], content_weight: 0.0, init: "noise", style_layers: [["conv1_1",0.25],["conv2_1",0.25],["conv3_1",0.25],["conv3_3",0.25]], style_weight: 1.0 }, "texture=conv3_4": { content_layers: [], content_weight: 0.0, init: "noise", style_layers: [["conv1_1",0.25],["conv2_1",0.25],["conv3_1",0.25],["conv3_4",0.25]], style_weight: 1.0 }, "texture=conv4_1": { content_layers: [], content_weight: 0.0, init: "noise", style_layers: [["conv1_1",0.25],["conv2_1",0.25],["conv3_1",0.25],["conv4_1",0.25]], style_weight: 1.0 }, "texture=conv4_2": { content_layers: [], content_weight: 0.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv4_2",0.2]], style_weight: 1.0 }, "texture=conv4_3": { content_layers: [], content_weight: 0.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv4_3",0.2]], style_weight: 1.0 }, "texture=conv4_4": { content_layers: [], content_weight: 0.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv4_4",0.2]], style_weight: 1.0 }, "texture=conv5_1": { content_layers: [], content_weight: 0.0, init: "noise", style_layers: [["conv1_1",0.2],["conv2_1",0.2],["conv3_1",0.2],["conv4_1",0.2],["conv5_1",0.2]], style_weight: 1.0 } }, conflicts: ["contentWeight", "styleWeight", "contentLayers", "styleLayers", "init"] },
  strength: { range: [-1.5, 1.5] },
  strokes: { values: [60, 100, 140] },
};

export const layers = ["conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv3_3", "conv3_4", "conv4_1", "conv4_2", "conv4_3", "conv4_4", "conv5_1"];
