/** Why a function of a template could not be called; the evaluator says where. */
export class FunctionFailure extends Error {}
