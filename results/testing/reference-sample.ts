/** numpy.round(numpy.random.default_rng(42).lognormal(0, 0.3, 17), 4), numpy 2.4.6: the sample whose statistics are known from outside. */
export const LOGNORMAL_17 = [
  1.0957, 0.732, 1.2525, 1.326, 0.5569, 0.6766, 1.0391, 0.9095, 0.995, 0.7742, 1.3019, 1.2628, 1.02, 1.4024, 1.1506, 0.7728, 1.117,
];
