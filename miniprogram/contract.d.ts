/* Generated from shared/contract.schema.json by `make contract`; do not edit. */

/**
 * Kind of problem, for programs. Codes may be added; treat an unknown one by its status.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "ProblemCode".
 */
export type ProblemCode =
  | "request-invalid"
  | "image-missing"
  | "image-too-large"
  | "image-too-many-pixels"
  | "image-format-unsupported"
  | "image-unreadable"
  | "image-not-found"
  | "not-found"
  | "method-not-allowed"
  | "model-loading"
  | "model-unavailable"
  | "overloaded"
  | "image-takes-too-long"
  | "request-timeout"
  | "too-many-requests"
  | "not-authorised"
  | "login-code-invalid"
  | "login-blocked"
  | "login-unavailable"
  | "corrections-off"
  | "corrections-full"
  | "store-unavailable"
  | "shutting-down"
  | "not-answering"
  | "internal";

/**
 * Every body that the PaiShi server sends; the single source of both sides' types.
 */
export interface Contract {
  [k: string]: unknown;
}
/**
 * What people call the class.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Name".
 */
export interface Name {
  /**
   * English name, as people write it.
   */
  en: string;
  /**
   * Chinese name, as people say it.
   */
  zh: string;
}
/**
 * One class with its probability.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Prediction".
 */
export interface Prediction {
  /**
   * The class as the index of Keras spells it.
   */
  label: string;
  /**
   * Softmax output for this class, 0 to 1.
   */
  probability: number;
  /**
   * Identifier of the class; for ImageNet the WordNet id.
   */
  id: string;
  name: Name;
}
/**
 * The model that recognised the photo.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Model".
 */
export interface Model {
  /**
   * As in GET /models.
   */
  name: string;
  /**
   * Name of the list of classes: a file in shared/labels/, or the custom model.
   */
  labels: string;
}
/**
 * 200 of POST /predict: the most probable classes, most probable first.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Predictions".
 */
export interface Predictions {
  success: true;
  /**
   * @minItems 1
   * @maxItems 20
   */
  predictions: [Prediction, ...Prediction[]];
  /**
   * Whether the first name is probably right. If not, tell the user so instead of showing a name.
   */
  confident: boolean;
  model: Model;
  /**
   * Also sent as the header X-Request-ID; quote it when you report a problem.
   */
  request_id: string;
}
/**
 * Part of the upright photo, as fractions of its width and height.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Box".
 */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}
/**
 * 200 of POST /explain with Accept: application/json: where in the photo the model found evidence for the class.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Explanation".
 */
export interface Explanation {
  success: true;
  label: Prediction;
  /**
   * `cam`, exact class activation, if the model ends in pooling and one matrix; otherwise `grad-cam`, by gradients.
   */
  method: "cam" | "grad-cam";
  /**
   * Rows from top to bottom, each from left to right: from 0, no evidence for the class, to 1, the strongest.
   */
  grid: number[][];
  box: Box;
  model: Model;
  request_id: string;
}
/**
 * 200 of POST /features: the output of a layer for the photo.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Features".
 */
export interface Features {
  success: true;
  /**
   * Length of a vector; height, width and channels of a map.
   */
  shape: number[];
  /**
   * All values in C order: the last axis of `shape` varies fastest.
   */
  features: number[];
  /**
   * Name of the layer in Keras; null for the vector before the head.
   */
  layer: string | null;
  model: Model;
  request_id: string;
}
/**
 * 200 of POST /image with Accept: application/json: where the picture can be fetched until it expires.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Echo".
 */
export interface Echo {
  success: true;
  /**
   * Absolute URL of the JPEG, for GET or wx.downloadFile.
   */
  url: string;
  /**
   * Pixels of the upright picture.
   */
  width: number;
  /**
   * Pixels of the upright picture.
   */
  height: number;
  /**
   * Seconds until the URL returns 404 at the latest.
   */
  expires_in: number;
  request_id: string;
}
/**
 * 200 of POST /session: the token that this user sends as `Authorization: Bearer <token>`.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Session".
 */
export interface Session {
  success: true;
  token: string;
  /**
   * Seconds until the token expires; it is then refused with 401 `not-authorised`.
   */
  expires_in: number;
  request_id: string;
}
/**
 * 200 of POST /corrections: the photo and its corrected name are stored.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Correction".
 */
export interface Correction {
  success: true;
  /**
   * Label that the photo is stored under: the id if it is a class of the model, otherwise the text that was sent.
   */
  label: string;
  request_id: string;
}
/**
 * Any 4xx or 5xx, as RFC 9457 application/problem+json. `success` serves pages written for the old demo.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Problem".
 */
export interface Problem {
  /**
   * Kind of problem: `urn:paishi:problem:` and the code.
   */
  type: string;
  /**
   * Short summary, the same for all problems of this kind.
   */
  title: string;
  /**
   * HTTP status.
   */
  status: number;
  /**
   * What happened and what to do next, in English.
   */
  detail: string;
  success: false;
  code: ProblemCode;
  request_id: string;
  /**
   * Seconds to wait before a retry: the header Retry-After, for clients that cannot read headers.
   */
  retry_after?: number;
}
/**
 * 200 of GET /livez: the process responds.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Alive".
 */
export interface Alive {
  status: "alive";
  /**
   * Version of the server.
   */
  version: string;
}
/**
 * 200 of GET /readyz: a model is loaded and has passed its self-test. Until then, a Problem with status 503.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Ready".
 */
export interface Ready {
  status: "ready";
  model: Model;
  /**
   * Runtime of the model: openvino or tensorflow.
   */
  runtime: string;
  /**
   * Precision of the calculations.
   */
  precision: "fp32" | "bf16" | "int8";
  /**
   * How a photo is fitted to the model's input size.
   */
  fit: "crop" | "squash" | "both";
}
/**
 * A model of the catalogue, or the custom model while it is being served.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Backbone".
 */
export interface Backbone {
  /**
   * Value of PAISHI_MODEL; for a custom model, the name on its card or of its folder.
   */
  name: string;
  /**
   * Side of the model's square input, in pixels.
   */
  input_size: number;
  /**
   * Number of weights, classifier included; null for a custom model.
   */
  parameters: number | null;
  /**
   * Published ImageNet top-1 accuracy in percent.
   */
  top1: number | null;
  /**
   * Published ImageNet top-5 accuracy in percent, null if none was published.
   */
  top5: number | null;
  /**
   * Published size of the weights in megabytes; for a custom model, the size of its file.
   */
  download_mb: number;
  /**
   * Whether the weights are on this server's disk.
   */
  cached: boolean;
  /**
   * Whether POST /predict uses this model now.
   */
  serving: boolean;
  /**
   * Precision of the calculations, for the model that is being served.
   */
  precision?: "fp32" | "bf16" | "int8";
  /**
   * Share of photos with the same most probable class as in fp32, if the precision is lower.
   */
  agreement?: number;
  /**
   * Number of photos behind `agreement`.
   */
  checked_on?: number;
  /**
   * Number of other photos used for calibration; bf16 needs none.
   */
  calibrated_on?: number;
  /**
   * Median milliseconds for one photo on this machine, decoding excluded, as measured by `python -m paishi models --measure`.
   */
  measured_ms?: number;
  /**
   * The operator's description of a custom model.
   */
  description?: string;
  /**
   * The operator's version of a custom model.
   */
  version?: string;
}
/**
 * 200 of GET /models.
 *
 * This interface was referenced by `Contract`'s JSON-Schema
 * via the `definition` "Models".
 */
export interface Models {
  models: Backbone[];
}
