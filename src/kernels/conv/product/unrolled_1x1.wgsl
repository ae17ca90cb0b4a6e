{{for p}}
    let at{{p}} = start + i{{p}} * inputs;
{{end p}}
    for (var k = 0u; k < inputs; k++) { // trips: inputs
{{for p}}
    let x{{p}} = unpack(x[at{{p}} + k]);
{{end p}}
{{multiply}}    }
