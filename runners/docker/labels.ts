/** Labels of every container, by which a sweep finds them and tells whose they are. */
export const RUN_LABEL = 'thirdwave.run';
export const TRIAL_LABEL = 'thirdwave.trial';
export const OWNER_LABEL = 'thirdwave.owner';
