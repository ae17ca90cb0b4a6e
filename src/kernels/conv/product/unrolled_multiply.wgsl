    // Four input channels by four output channels are a matrix. Written as such, a product costs two thirds of what
    // SwiftShader makes of the equivalent four multiply-adds.
{{for q}}
    let m{{q}} = mat4x4<f32>(weight[w + {{q}}u], weight[w + outputs + {{q}}u],
        weight[w + 2u * outputs + {{q}}u], weight[w + 3u * outputs + {{q}}u]);
{{end q}}
{{for p}}
{{for q}}
    sum{{p}}_{{q}} += m{{q}} * x{{p}};
{{end q}}
{{end p}}
    w += 4u * outputs;
