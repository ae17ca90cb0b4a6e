    if (is_inside) {
        let to = (row * width + column) * outputs + channel;
        {{store}}
    }
