//! The rules: from a trail to findings. Each file is one stretch of the path; each rule a function of the trail alone.
