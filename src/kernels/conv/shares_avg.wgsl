    // An odd last row or column counts twice in its window.
    let share = select(1.0, 0.5, has_right) * select(1.0, 0.5, has_below) * gradient;
    let to_a = share; let to_b = share; let to_c = share; let to_d = share;
