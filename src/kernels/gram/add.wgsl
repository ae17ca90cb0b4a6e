    // Adds the products of the channels a, b of the rows and u, v of the columns.
        s00 += a.x * u; s01 += a.x * v;
        s10 += a.y * u; s11 += a.y * v;
        s20 += a.z * u; s21 += a.z * v;
        s30 += a.w * u; s31 += a.w * v;
        s40 += b.x * u; s41 += b.x * v;
        s50 += b.y * u; s51 += b.y * v;
        s60 += b.z * u; s61 += b.z * v;
        s70 += b.w * u; s71 += b.w * v;
