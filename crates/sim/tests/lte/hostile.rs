//! eNBs and UEs that mean it ill.
