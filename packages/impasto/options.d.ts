// Written by `cargo xtask docs` from the table of options, crates/options/src/table.rs.

/** A layer of the network. */
export type Layer = "conv1_1" | "conv1_2" | "conv2_1" | "conv2_2" | "conv3_1" | "conv3_2" | "conv3_3" | "conv3_4" | "conv4_1" | "conv4_2" | "conv4_3" | "conv4_4" | "conv5_1";

/** Layers with their weights. */
export type Layers = { readonly [layer in Layer]?: number };

/** What is painted, and how. */
export interface PaintOptions {
  /**
   * What the picture looks like: whole strokes (brushwork), the same with true faces (portrait), even texture as in the paper (texture), calm areas and clear contours (poster), strokes that need not follow the photo (free); the style loss, its weights and the layers of both losses can be given beside it.
   * @default `brushwork`, or `texture` where one of its values is given
   */
  look?: "brushwork" | "portrait" | "texture" | "poster" | "free";
  /**
   * Long side of the result in pixels, or "original" to resample neither picture; nothing is enlarged. 64 to 2048.
   * @default `256`
   */
  size?: number | "original";
  /**
   * The same for the painting.
   * @default as size
   */
  styleSize?: number | "original";
  /**
   * The part of each painting that gives the style, in hundredths of its sides.
   * @default all of it
   */
  styleCrop?: readonly [left: number, top: number, width: number, height: number];
  /**
   * Number of optimiser steps, at all scales together. 10 to 300.
   * @default `100`
   */
  steps?: number;
  /**
   * What ends the run before the last step: nothing (steps), a loss that hardly falls any more (level), or a low one.
   * @default `steps`
   */
  until?: number | "steps" | "level";
  /**
   * Sizes on the way: coarse-to-fine paints small first, single at the wanted size from the start.
   * @default `coarse-to-fine`
   */
  schedule?: "single" | "coarse-to-fine";
  /**
   * Long side in pixels up to which the picture is painted; beyond it a few steps at each doubled size only sharpen the strokes. 64 to 2048.
   * @default painted up to size
   */
  finishFrom?: number;
  /**
   * What is enlarged from size to size: the difference from the photo, whose detail is thus added at each size (difference), or the picture itself, of which everything is painted (picture).
   * @default `difference`
   */
  enlarged?: "difference" | "picture";
  /**
   * α: how strongly the photo is kept; with styleLoss neighbors, which is the stronger style, 3.5 times as strongly.
   * @default `0.1`
   */
  contentWeight?: number;
  /**
   * How many times as strongly as at the next larger size the photo is kept on the way to the result: 2 halves the content weight from size to size, 1 leaves it (schedule coarse-to-fine). 1 to 4.
   * @default `1`
   */
  contentFalloff?: number;
  /**
   * β: how strongly the painting's style is taken on.
   * @default `1`
   */
  styleWeight?: number;
  /**
   * τ: how strongly speckle is smoothed (total variation).
   * @default `0.3`
   */
  tvWeight?: number;
  /**
   * Layers of the content loss with their weights (1 where left out), or "none".
   * @default as the look has it
   */
  contentLayers?: Layers | "none";
  /**
   * Layers of the style loss with their weights (1 where left out), or "none".
   * @default as the look has it
   */
  styleLayers?: Layers | "none";
  /**
   * What about a layer's features is the style: their Gram matrix (gram), or their means and covariances (moments), which leaves calm places calmer and keeps the painting's colours truer, or Gram matrix and nearest features (neighbors), with whole strokes and few cracks.
   * @default as the look has it
   */
  styleLoss?: "gram" | "moments" | "neighbors";
  /**
   * ν: how strongly each feature is drawn to the nearest one of the painting, relative to the Gram matrices (styleLoss neighbors). 0 to 4.
   * @default as the look has it
   */
  neighborsWeight?: number;
  /**
   * Orientations of the painting that give neighbours: as it hangs (none), or the three quarter turns as well.
   * @default as the look has it
   */
  neighborsTurns?: "none" | "quarters";
  /**
   * How feature maps are halved between the blocks: by the maximum or by the mean of 2×2.
   * @default `max`
   */
  pooling?: "max" | "avg";
  /**
   * What the network sees beyond the picture's edges: 16 pixels that are painted along and cut off (bleed), so that the edges are painted as the rest, or zeros (zero).
   * @default bleed with init noise, else zero
   */
  padding?: "bleed" | "zero";
  /**
   * Side of the tiles in which large pictures pass through the network, in pixels, a multiple of 16.
   * @default 512, or 432 beyond 2048×1536, where the device has no memory for the whole picture, else no tiles
   */
  tile?: number;
  /**
   * What the optimisation starts from: content (the photo), noise, or a mixture of both.
   * @default `content`
   */
  init?: "content" | "noise" | "mixture";
  /**
   * Whose colours: the painting's, the painting's with the photo's palette (match), or the photo's (keep, and luminance, which looks at both pictures in grey).
   * @default `painting`
   */
  color?: "painting" | "match" | "keep" | "luminance";
  /**
   * How often the colours of the result are smoothed along its light, by 3×3 pixels each time; its light stays. It removes coloured specks. 0 to 8.
   * @default `2`
   */
  smoothColors?: number;
  /**
   * Seeds the noise of init noise and init mixture, and the positions and features that styleLoss neighbors compares.
   * @default `0`
   */
  seed?: number;
  /**
   * How the picture is changed: adam by small even steps, lbfgs by long ones towards where the loss seems least.
   * @default `adam`
   */
  optimizer?: "adam" | "lbfgs";
  /**
   * Whether Adam also makes steps at five coarser levels, with which large areas change together; L-BFGS makes none.
   * @default as the look has it
   */
  pyramid?: "off" | "on";
  /**
   * Adam's step size, in units of the 0..1 pixel range; with a pyramid 0.4 times as long, since the steps of its levels add up.
   * @default `0.02`
   */
  learningRate?: number;
  /**
   * Adam's decay of the first moment; where the schedule is coarse-to-fine, 0.8 at most.
   * @default `0.9`
   */
  beta1?: number;
  /**
   * Adam's decay of the second moment; where the schedule is coarse-to-fine, 0.8 at most.
   * @default `0.99`
   */
  beta2?: number;
  /**
   * Adam's addition to the root of the second moment.
   * @default `0.00000001`
   */
  epsilon?: number;
  /**
   * Layers of the style loss by what one sees: everything, strokes (fine ones) or forms (big ones).
   * @default as the look has it
   */
  layers?: "everything" | "strokes" | "forms";
  /**
   * An experiment of the paper from noise: what a layer keeps of the photo (content), or the painting's style as far down as this layer, without a photo in it (texture).
   * @default none
   */
  mode?: `content=${Layer}` | `texture=${Layer}`;
  /**
   * From the photo (-1.5) to the painting (1.5); each unit divides α by ten. -1.5 to 1.5.
   * @default `0`
   */
  strength?: number;
  /**
   * Size of the painting in hundredths of the result's: 60 gives finer strokes, 140 broader ones.
   * @default `100`
   */
  strokes?: 60 | 100 | 140;
}

/** The same as attributes of `<impasto-demo>`. */
export interface DemoOptions {
  /** What the picture looks like: whole strokes (brushwork), the same with true faces (portrait), even texture as in the paper (texture), calm areas and clear contours (poster), strokes that need not follow the photo (free); the style loss, its weights and the layers of both losses can be given beside it: brushwork, portrait, texture, poster or free. */
  "look"?: string | number;
  /** Long side of the result in pixels, or "original" to resample neither picture; nothing is enlarged: 64 to 2048. */
  "size"?: string | number;
  /** The part of each painting that gives the style, in hundredths of its sides: left,top,width,height in hundredths. */
  "style-crop"?: string | number;
  /** The part of each painting that gives the style, in hundredths of its sides: left,top,width,height in hundredths. */
  "part"?: string | number;
  /** Number of optimiser steps, at all scales together: 10 to 300. */
  "steps"?: string | number;
  /** What ends the run before the last step: nothing (steps), a loss that hardly falls any more (level), or a low one: steps or level. */
  "until"?: string | number;
  /** Sizes on the way: coarse-to-fine paints small first, single at the wanted size from the start: single or coarse-to-fine. */
  "schedule"?: string | number;
  /** Long side in pixels up to which the picture is painted; beyond it a few steps at each doubled size only sharpen the strokes: 64 to 2048. */
  "finish-from"?: string | number;
  /** What is enlarged from size to size: the difference from the photo, whose detail is thus added at each size (difference), or the picture itself, of which everything is painted (picture): difference or picture. */
  "enlarged"?: string | number;
  /** How many times as strongly as at the next larger size the photo is kept on the way to the result: 2 halves the content weight from size to size, 1 leaves it (--schedule coarse-to-fine): 1 to 4. */
  "content-falloff"?: string | number;
  /** What about a layer's features is the style: their Gram matrix (gram), or their means and covariances (moments), which leaves calm places calmer and keeps the painting's colours truer, or Gram matrix and nearest features (neighbors), with whole strokes and few cracks: gram, moments or neighbors. */
  "style-loss"?: string | number;
  /** ν: how strongly each feature is drawn to the nearest one of the painting, relative to the Gram matrices (--style-loss neighbors): 0 to 4. */
  "neighbors-weight"?: string | number;
  /** Orientations of the painting that give neighbours: as it hangs (none), or the three quarter turns as well: none or quarters. */
  "neighbors-turns"?: string | number;
  /** How feature maps are halved between the blocks: by the maximum or by the mean of 2×2: max or avg. */
  "pooling"?: string | number;
  /** What the optimisation starts from: content (the photo), noise, or a mixture of both: content, noise or mixture. */
  "init"?: string | number;
  /** Whose colours: the painting's, the painting's with the photo's palette (match), or the photo's (keep, and luminance, which looks at both pictures in grey): painting, match, keep or luminance. */
  "color"?: string | number;
  /** How often the colours of the result are smoothed along its light, by 3×3 pixels each time; its light stays. It removes coloured specks: 0 to 8. */
  "smooth-colors"?: string | number;
  /** How the picture is changed: adam by small even steps, lbfgs by long ones towards where the loss seems least: adam or lbfgs. */
  "optimizer"?: string | number;
  /** Whether Adam also makes steps at five coarser levels, with which large areas change together; L-BFGS makes none: off or on. */
  "pyramid"?: string | number;
  /** Layers of the style loss by what one sees: everything, strokes (fine ones) or forms (big ones): everything, strokes or forms. */
  "layers"?: string | number;
  /** An experiment of the paper from noise: what a layer keeps of the photo (content), or the painting's style as far down as this layer, without a photo in it (texture): content=LAYER or texture=LAYER. */
  "mode"?: string | number;
  /** From the photo (-1.5) to the painting (1.5); each unit divides α by ten: -1.5 to 1.5. */
  "strength"?: string | number;
  /** Size of the painting in hundredths of the result's: 60 gives finer strokes, 140 broader ones: 60, 100 or 140. */
  "strokes"?: string | number;
}
